"""业务意见, ratings of reviewers, letters to teams that were not funded; departments and who answers for them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from workflow.migrating import CreateTables


class Migration(migrations.Migration):

    dependencies = [
        ('grants', '0007_collaborations_comments'),
        ('workflow', '0003_notice_kinds_2026_12'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='organisation',
            name='people_organisation_level',
        ),
        migrations.RemoveConstraint(
            model_name='rolegrant',
            name='people_grant_role',
        ),
        migrations.AlterField(
            model_name='organisation',
            name='level',
            field=models.CharField(choices=[('province', '省级'), ('prefecture', '设区市'), ('county', '县（市、区）'), ('grassroots', '基层组织'), ('direct', '省直与高校'), ('department', '省级职能处室')], max_length=20, verbose_name='层级'),
        ),
        migrations.AlterField(
            model_name='rolegrant',
            name='role',
            field=models.CharField(choices=[('applicant', '申报团队经办人'), ('team_leader', '项目负责人'), ('county_officer', '县级红十字会经办'), ('county_leader', '县级红十字会负责人'), ('city_officer', '市级红十字会经办'), ('city_leader', '市级红十字会负责人'), ('programme_officer', '省级项目管理员'), ('reviewer', '评审专家'), ('review_chair', '评审组组长'), ('business_lead', '省级职能处室负责人'), ('department_officer', '职能处室业务人员'), ('leadership', '会领导（党组会/执委会）'), ('finance_officer', '财务经办'), ('finance_approver', '财务负责人'), ('cashier', '出纳'), ('payee_officer', '收款单位经办'), ('auditor', '审计/监事（只读）'), ('discipline', '监督举报受理人'), ('sysadmin', '系统管理员（无业务审批权）'), ('system', '系统自动')], max_length=30, verbose_name='角色'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['province', 'prefecture', 'county', 'grassroots', 'direct', 'department'])), name='people_organisation_level'),
        ),
        migrations.AddConstraint(
            model_name='rolegrant',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['applicant', 'team_leader', 'county_officer', 'county_leader', 'city_officer', 'city_leader', 'programme_officer', 'reviewer', 'review_chair', 'business_lead', 'department_officer', 'leadership', 'finance_officer', 'finance_approver', 'cashier', 'payee_officer', 'auditor', 'discipline', 'sysadmin'])), name='people_grant_role'),
        ),
        CreateTables(
            [
                migrations.CreateModel(
                    name='OpinionRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinion_requests', to='grants.project')),
                        ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.organisation', verbose_name='职能处室')),
                        ('question', models.CharField(blank=True, max_length=400, verbose_name='想请处室看什么')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                        ('due_at', models.DateTimeField(verbose_name='请在此前答复')),
                    ],
                    options={
                        'verbose_name': '征求业务意见',
                        'ordering': ('pk',),
                        'constraints': [models.UniqueConstraint(fields=('project', 'department'), name='opinion_asked_once'), models.CheckConstraint(condition=models.Q(('due_at__gt', models.F('at'))), name='opinion_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='DepartmentOpinion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='opinion', to='grants.opinionrequest')),
                        ('stance', models.CharField(choices=[('support', '支持'), ('advice', '支持，有建议'), ('doubt', '有保留意见')], max_length=10, verbose_name='总的看法')),
                        ('text', models.TextField(verbose_name='业务意见')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': '业务意见',
                        'constraints': [models.CheckConstraint(condition=models.Q(('stance__in', ['support', 'advice', 'doubt'])), name='opinion_stance'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='opinion_of_words')],
                    },
                ),
                migrations.CreateModel(
                    name='ReviewerRating',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviewer_ratings', to='grants.round')),
                        ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to=settings.AUTH_USER_MODEL)),
                        ('number', models.PositiveIntegerField()),
                        ('points', models.PositiveSmallIntegerField(choices=[(1, '不合格，下轮不宜再请'), (2, '不够好'), (3, '符合要求'), (4, '认真负责'), (5, '非常出色')], verbose_name='评价')),
                        ('words', models.CharField(max_length=400, verbose_name='说明')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': '对评审专家的评价',
                        'ordering': ('pk',),
                        'constraints': [models.UniqueConstraint(fields=('round', 'reviewer', 'number'), name='rating_number_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='rating_from_one'), models.CheckConstraint(condition=models.Q(('points__gte', 1), ('points__lte', 5)), name='rating_points'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='rating_of_words'), models.CheckConstraint(condition=models.Q(('by', models.F('reviewer')), _negated=True), name='rating_of_another')],
                    },
                ),
                migrations.CreateModel(
                    name='RefusalLetter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='refusal_letter', to='grants.project')),
                        ('version', models.PositiveIntegerField(default=1)),
                        ('strongest', models.TextField(blank=True, verbose_name='做得好的地方')),
                        ('weakest', models.TextField(blank=True, verbose_name='还可以更好的地方')),
                        ('advice', models.TextField(verbose_name='下次申报的建议')),
                        ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('saved_at', models.DateTimeField()),
                        ('sent_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('sent_at', models.DateTimeField(blank=True, null=True)),
                        ('appeal_until', models.DateField(blank=True, null=True, verbose_name='异议截止')),
                    ],
                    options={
                        'verbose_name': '未立项说明',
                        'constraints': [models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='refusal_letter_from_one'), models.CheckConstraint(condition=models.Q(('advice', ''), _negated=True), name='refusal_letter_of_words'), models.CheckConstraint(condition=models.Q(models.Q(('appeal_until__isnull', True), ('sent_at__isnull', True), ('sent_by__isnull', True)), models.Q(('appeal_until__isnull', False), ('sent_at__gte', models.F('saved_at')), ('sent_by__isnull', False)), _connector='OR'), name='refusal_letter_sent')],
                    },
                ),
            ],
        ),
    ]
