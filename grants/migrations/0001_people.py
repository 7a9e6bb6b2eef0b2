import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(max_length=50, verbose_name='姓名')),
                ('mobile', models.CharField(blank=True, max_length=16, verbose_name='手机号')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('sessions', models.PositiveIntegerField(default=0, verbose_name='登录批次')),
            ],
            options={
                'verbose_name': '人员',
                'constraints': [models.UniqueConstraint(condition=models.Q(('mobile', ''), _negated=True), fields=('mobile',), name='people_user_mobile_once'), models.CheckConstraint(condition=models.Q(('mobile', ''), ('mobile__startswith', '+'), _connector='OR'), name='people_user_mobile_form'), models.UniqueConstraint(condition=models.Q(('email', ''), _negated=True), fields=('email',), name='people_user_email_once'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='people_user_email_form'), models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='people_user_username_once')],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('short_name', models.CharField(max_length=40, verbose_name='简称')),
                ('kind', models.CharField(choices=[('red_cross', '红十字会'), ('university', '高校红十字会'), ('hospital', '医院红十字会'), ('unit', '直属单位'), ('association', '社会组织')], default='red_cross', max_length=20, verbose_name='类别')),
                ('level', models.CharField(choices=[('province', '省级'), ('prefecture', '设区市'), ('county', '县（市、区）'), ('grassroots', '基层组织'), ('direct', '省直与高校')], max_length=20, verbose_name='层级')),
                ('path', models.CharField(db_index=True, max_length=120, verbose_name='层级路径')),
                ('division', models.CharField(blank=True, max_length=6, verbose_name='行政区划代码')),
                ('uscc', models.CharField(blank=True, max_length=18, verbose_name='统一社会信用代码')),
                ('valid_from', models.DateField(verbose_name='设立日期')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='撤并日期')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='grants.organisation')),
                ('succeeded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='grants.organisation')),
            ],
            options={
                'verbose_name': '组织',
                'ordering': ('path',),
                'constraints': [models.CheckConstraint(condition=models.Q(('level__in', ['province', 'prefecture', 'county', 'grassroots', 'direct'])), name='people_organisation_level'), models.CheckConstraint(condition=models.Q(('kind__in', ['red_cross', 'university', 'hospital', 'unit', 'association'])), name='people_organisation_kind'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='people_organisation_valid'), models.CheckConstraint(condition=models.Q(('succeeded_by__isnull', True), ('valid_to__isnull', False), _connector='OR'), name='people_organisation_succeeded'), models.UniqueConstraint(condition=models.Q(models.Q(('division', ''), _negated=True), ('valid_to__isnull', True)), fields=('division',), name='people_one_per_division'), models.UniqueConstraint(condition=models.Q(('path', ''), _negated=True), fields=('path',), name='people_organisation_path_once'), models.UniqueConstraint(condition=models.Q(('level', 'province'), ('valid_to__isnull', True)), fields=('level',), name='people_organisation_one_province')],
            },
        ),
    ]
