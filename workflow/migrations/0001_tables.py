import django.db.models.deletion
import django.utils.timezone
import viewflow.workflow.fields
import viewflow.workflow.token
from django.conf import settings
from django.db import migrations, models

from workflow.migrating import CreateTables


class Migration(migrations.Migration):

    replaces = [('workflow', '0001_engine'), ('workflow', '0002_stood_in_for'), ('workflow', '0003_team_notices'), ('workflow', '0004_infections'), ('workflow', '0005_proposals_are_told'), ('workflow', '0006_retakes_are_told')]

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('grants', '__first__'),
        ('viewflow', '0015_task_scheduled'),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name='Deadline',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                        ('object_id', models.PositiveBigIntegerField()),
                        ('name', models.CharField(max_length=40)),
                        ('due_at', models.DateTimeField()),
                        ('starts_at', models.DateTimeField()),
                        ('amount', models.PositiveIntegerField(default=0)),
                        ('unit', models.CharField(blank=True, max_length=2)),
                        ('provisional', models.BooleanField(default=False)),
                        ('settled_at', models.DateTimeField(blank=True, null=True)),
                        ('refused', models.TextField(blank=True)),
                    ],
                    options={
                        'verbose_name': '期限',
                        'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['due_at'], name='workflow_deadline_open')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True)), fields=('content_type', 'object_id', 'name'), name='workflow_deadline_one_open'), models.CheckConstraint(condition=models.Q(('due_at__gte', models.F('starts_at'))), name='workflow_deadline_forward')],
                    },
                ),
                migrations.CreateModel(
                    name='Edge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('machine', models.CharField(max_length=30)),
                        ('source', models.CharField(max_length=30)),
                        ('target', models.CharField(max_length=30)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('machine', 'source', 'target'), name='workflow_edge_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Incompatible',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('left', models.CharField(max_length=30)),
                        ('right', models.CharField(max_length=30)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('left', 'right'), name='workflow_incompatible_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Key',
                    fields=[
                        ('key', models.CharField(max_length=120, primary_key=True, serialize=False)),
                        ('fingerprint', models.CharField(max_length=64)),
                        ('answer', models.CharField(blank=True, max_length=120)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': '防重号',
                    },
                ),
                migrations.CreateModel(
                    name='Outbox',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=120, unique=True)),
                        ('topic', models.CharField(max_length=40)),
                        ('payload', models.TextField()),
                        ('created_at', models.DateTimeField()),
                        ('not_before', models.DateTimeField()),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('sent_at', models.DateTimeField(blank=True, null=True)),
                        ('given_up_at', models.DateTimeField(blank=True, null=True)),
                        ('error', models.TextField(blank=True)),
                    ],
                    options={
                        'verbose_name': '待发消息',
                        'ordering': ('pk',),
                        'indexes': [models.Index(condition=models.Q(('given_up_at__isnull', True), ('sent_at__isnull', True)), fields=['not_before'], name='workflow_outbox_waiting')],
                    },
                ),
                migrations.CreateModel(
                    name='Proposal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                        ('object_id', models.PositiveBigIntegerField()),
                        ('machine', models.CharField(max_length=30)),
                        ('move', models.CharField(max_length=40)),
                        ('version', models.PositiveIntegerField()),
                        ('given', models.TextField()),
                        ('digest', models.CharField(max_length=64)),
                        ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('role', models.CharField(max_length=30)),
                        ('paper', models.BooleanField(default=False)),
                        ('at', models.DateTimeField()),
                        ('behalf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': '会签事项',
                        'indexes': [models.Index(fields=['content_type', 'object_id', 'version'], name='workflow_proposal_record')],
                        'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id', 'move', 'version', 'digest', 'maker'), name='workflow_proposal_once'), models.CheckConstraint(condition=models.Q(('behalf__isnull', True), models.Q(('maker__isnull', False), models.Q(('behalf', models.F('maker')), _negated=True)), _connector='OR'), name='workflow_proposal_behalf')],
                    },
                ),
                migrations.CreateModel(
                    name='Endorsement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endorsements', to='workflow.proposal')),
                        ('subject', models.CharField(db_index=True, max_length=60)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('role', models.CharField(max_length=30)),
                        ('at', models.DateTimeField()),
                        ('behalf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('maker_behalf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': '会签',
                        'constraints': [models.UniqueConstraint(fields=('proposal', 'person'), name='workflow_endorse_person_once'), models.UniqueConstraint(fields=('proposal', 'role'), name='workflow_endorse_role_once'), models.CheckConstraint(condition=models.Q(models.Q(('person', models.F('maker')), _negated=True), models.Q(('person', models.F('maker_behalf')), _negated=True), models.Q(('behalf', models.F('maker')), _negated=True), models.Q(('behalf', models.F('maker_behalf')), _negated=True)), name='workflow_endorser_is_not_maker'), models.CheckConstraint(condition=models.Q(('behalf__isnull', True), models.Q(('person__isnull', False), models.Q(('behalf', models.F('person')), _negated=True)), _connector='OR'), name='workflow_endorsement_behalf')],
                    },
                ),
                migrations.CreateModel(
                    name='Step',
                    fields=[
                        ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                        ('object_id', models.PositiveBigIntegerField()),
                        ('ref', models.CharField(max_length=60, primary_key=True, serialize=False, verbose_name='编号')),
                        ('machine', models.CharField(max_length=30)),
                        ('subject', models.CharField(db_index=True, max_length=60)),
                        ('seq', models.PositiveIntegerField()),
                        ('version', models.PositiveIntegerField()),
                        ('move', models.CharField(max_length=40)),
                        ('source', models.CharField(blank=True, max_length=30)),
                        ('target', models.CharField(max_length=30)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('role', models.CharField(max_length=30)),
                        ('at', models.DateTimeField()),
                        ('given', models.TextField(blank=True)),
                        ('salt', models.CharField(blank=True, max_length=64)),
                        ('payload', models.TextField()),
                        ('previous', models.CharField(blank=True, max_length=64)),
                        ('digest', models.CharField(max_length=64)),
                        ('behalf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': '留痕',
                        'ordering': ('at', 'content_type', 'object_id', 'seq'),
                        'indexes': [models.Index(fields=['actor', 'at'], name='workflow_step_actor')],
                        'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id', 'seq'), name='workflow_step_seq'), models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='workflow_step_from_one'), models.CheckConstraint(condition=models.Q(('actor__isnull', False), ('role', 'system'), _connector='OR'), name='workflow_step_somebody_or_system'), models.CheckConstraint(condition=models.Q(('behalf__isnull', True), models.Q(('actor__isnull', False), models.Q(('behalf', models.F('actor')), _negated=True)), _connector='OR'), name='workflow_step_behalf')],
                    },
                ),
                migrations.CreateModel(
                    name='Notice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                        ('object_id', models.PositiveBigIntegerField()),
                        ('key', models.CharField(max_length=160, unique=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
                        ('step', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workflow.step')),
                        ('at', models.DateTimeField()),
                        ('read_at', models.DateTimeField(blank=True, null=True)),
                        ('days', models.SmallIntegerField(default=0)),
                        ('deadline', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workflow.deadline')),
                        ('due_at', models.DateTimeField(null=True)),
                        ('kind', models.CharField(choices=[('handover', '轮到您'), ('reminder', '期限提醒'), ('result', '办理结果'), ('lending', '请假交接'), ('team', '团队移交'), ('infection', '查出病毒'), ('proposal', '会签'), ('retake', '请重拍')], default='handover', max_length=10)),
                    ],
                    options={
                        'verbose_name': '通知',
                        'ordering': ('-at', '-pk'),
                        'indexes': [models.Index(fields=['person', 'read_at'], name='workflow_notice_person')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['handover', 'reminder', 'result', 'lending', 'team', 'infection', 'proposal', 'retake'])), name='workflow_notice_kind'), models.CheckConstraint(condition=models.Q(models.Q(('deadline__isnull', False), ('due_at__isnull', False), ('kind', 'reminder'), ('step__isnull', True)), models.Q(('deadline__isnull', True), ('due_at__isnull', True), ('kind__in', ('lending', 'team', 'infection', 'proposal', 'retake')), ('step__isnull', True)), models.Q(('kind__in', ['handover', 'result']), ('deadline__isnull', True), ('due_at__isnull', True), ('step__isnull', False)), _connector='OR'), name='workflow_notice_of_step_or_deadline')],
                    },
                ),
                migrations.CreateModel(
                    name='Work',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('flow_class', viewflow.workflow.fields.FlowReferenceField(max_length=250, verbose_name='Flow')),
                        ('status', models.CharField(choices=[('CANCELED', 'Canceled'), ('DONE', 'Done'), ('NEW', 'New')], default='NEW', max_length=50, verbose_name='Status')),
                        ('created', models.DateTimeField(default=django.utils.timezone.now, verbose_name='Created')),
                        ('finished', models.DateTimeField(blank=True, null=True, verbose_name='Finished')),
                        ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                        ('object_id', models.PositiveBigIntegerField()),
                        ('machine', models.CharField(max_length=30)),
                        ('scope', models.CharField(db_index=True, max_length=120)),
                    ],
                    options={
                        'verbose_name': '办理',
                        'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id'), name='workflow_work_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Item',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('flow_task', viewflow.workflow.fields.TaskReferenceField(max_length=255, verbose_name='Task')),
                        ('flow_task_type', models.CharField(max_length=50, verbose_name='Type')),
                        ('status', models.CharField(choices=[('ASSIGNED', 'Assigned'), ('CANCELED', 'Canceled'), ('DONE', 'Done'), ('ERROR', 'Error'), ('NEW', 'New'), ('REVIVED', 'Revived'), ('SCHEDULED', 'Scheduled'), ('STARTED', 'Started')], db_index=True, default='NEW', max_length=50, verbose_name='Status')),
                        ('created', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='Created')),
                        ('assigned', models.DateTimeField(blank=True, null=True, verbose_name='Assigned')),
                        ('started', models.DateTimeField(blank=True, null=True, verbose_name='Started')),
                        ('finished', models.DateTimeField(blank=True, null=True, verbose_name='Finished')),
                        ('scheduled', models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='Scheduled')),
                        ('token', viewflow.workflow.fields.TokenField(default=viewflow.workflow.token.Token('start'), max_length=150, verbose_name='Token')),
                        ('external_task_id', models.CharField(blank=True, db_index=True, max_length=50, null=True, verbose_name='External Task ID')),
                        ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
                        ('owner_permission', models.CharField(blank=True, max_length=255, null=True, verbose_name='Permission')),
                        ('owner_permission_content_type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='contenttypes.contenttype')),
                        ('owner_permission_obj_pk', models.CharField(blank=True, max_length=255, null=True)),
                        ('process', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='workflow.work')),
                        ('kind', models.CharField(max_length=40)),
                        ('since', models.DateTimeField(null=True)),
                        ('proposal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='workflow.proposal')),
                        ('previous', models.ManyToManyField(related_name='leading', to='workflow.item', verbose_name='Previous')),
                    ],
                    options={
                        'verbose_name': '待办',
                        'indexes': [models.Index(fields=['status', 'owner'], name='workflow_item_owner')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('finished__isnull', True), ('kind', 'turn')), fields=('process',), name='workflow_item_one_turn'), models.UniqueConstraint(condition=models.Q(('finished__isnull', True), ('owner__isnull', False), ('proposal__isnull', True)), fields=('process', 'kind', 'owner'), name='workflow_item_once_a_person'), models.UniqueConstraint(condition=models.Q(('finished__isnull', True)), fields=('proposal', 'kind'), name='workflow_item_once_a_proposal')],
                    },
                ),
                migrations.CreateModel(
                    name='Turn',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='workflow.item')),
                        ('role', models.CharField(db_index=True, max_length=30)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('item', 'role'), name='workflow_turn_once')],
                    },
                ),
            ]
        ),
    ]
