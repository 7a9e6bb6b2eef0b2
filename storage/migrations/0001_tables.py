import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('storage', '0001_initial'), ('storage', '0002_evidence'), ('storage', '0003_upload'), ('storage', '0004_reading'), ('storage', '0005_slots')]

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('grants', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(verbose_name='大小（字节）')),
                ('name', models.CharField(max_length=120, verbose_name='文件名')),
                ('media_type', models.CharField(max_length=100, verbose_name='类型')),
                ('scan', models.CharField(choices=[('unscanned', '未查毒'), ('clean', '已查毒，未发现病毒'), ('infected', '发现病毒，已隔离')], default='unscanned', max_length=10, verbose_name='查毒')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('scanned_at', models.DateTimeField(blank=True, null=True, verbose_name='查毒时间')),
            ],
            options={
                'verbose_name': '材料',
                'indexes': [models.Index(fields=['sha256'], name='storage_document_bytes')],
                'constraints': [models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('sha256'), 64), django.db.models.lookups.Exact(models.Func(models.F('sha256'), models.Value('0123456789abcdef'), function='TRIM', output_field=models.CharField()), models.Value(''))), name='storage_document_sha256'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='storage_document_size'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('media_type', ''), _negated=True)), name='storage_document_described'), models.CheckConstraint(condition=models.Q(('scan__in', ['unscanned', 'clean', 'infected'])), name='storage_document_scan'), models.CheckConstraint(condition=models.Q(models.Q(('scan', 'unscanned'), ('scanned_at__isnull', True)), models.Q(models.Q(('scan', 'unscanned'), _negated=True), ('scanned_at__isnull', False)), _connector='OR'), name='storage_document_scanned')],
            },
        ),
        migrations.CreateModel(
            name='Access',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField()),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('way', models.CharField(choices=[('download', '下载原件'), ('preview', '在线看')], max_length=10, verbose_name='方式')),
                ('page', models.PositiveIntegerField(default=0, verbose_name='页码')),
                ('previous', models.CharField(blank=True, max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accesses', to='storage.document', verbose_name='材料')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁看过')),
            ],
            options={
                'verbose_name': '查阅登记',
                'ordering': ('-at', '-seq'),
                'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='storage_access_once'), models.CheckConstraint(condition=models.Q(('way__in', ['download', 'preview'])), name='storage_access_way'), models.CheckConstraint(condition=models.Q(models.Q(('previous', ''), ('seq', 1)), models.Q(('seq__gt', 1), django.db.models.lookups.Exact(django.db.models.functions.text.Length('previous'), 64), django.db.models.lookups.Exact(models.Func(models.F('previous'), models.Value('0123456789abcdef'), function='TRIM', output_field=models.CharField()), models.Value(''))), _connector='OR'), name='storage_access_chained'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 64), django.db.models.lookups.Exact(models.Func(models.F('digest'), models.Value('0123456789abcdef'), function='TRIM', output_field=models.CharField()), models.Value(''))), name='storage_access_digest')],
            },
        ),
        migrations.CreateModel(
            name='AccessHead',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='access_head', serialize=False, to='storage.document', verbose_name='材料')),
                ('count', models.PositiveIntegerField(default=0)),
                ('digest', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'verbose_name': '查阅登记校验',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('count', 0), ('digest', '')), models.Q(('count__gt', 0), django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 64), django.db.models.lookups.Exact(models.Func(models.F('digest'), models.Value('0123456789abcdef'), function='TRIM', output_field=models.CharField()), models.Value(''))), _connector='OR'), name='storage_access_head')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                ('object_id', models.PositiveBigIntegerField()),
                ('slot', models.CharField(max_length=60, verbose_name='材料项')),
                ('ordinal', models.PositiveSmallIntegerField(verbose_name='序号')),
                ('version', models.PositiveSmallIntegerField(verbose_name='版本')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='storage.document', verbose_name='材料')),
                ('attached_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提交人')),
                ('attached_at', models.DateTimeField(verbose_name='提交时间')),
                ('ending', models.CharField(blank=True, choices=[('replaced', '已换新版本'), ('withdrawn', '已撤下')], max_length=10, verbose_name='不再有效')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经手人')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='失效时间')),
                ('ended_reason', models.CharField(blank=True, max_length=300, verbose_name='原因')),
            ],
            options={
                'verbose_name': '附件',
                'ordering': ('slot', 'ordinal', 'version'),
                'constraints': [models.CheckConstraint(condition=models.Q(('slot', ''), _negated=True), name='storage_attachment_slot'), models.CheckConstraint(condition=models.Q(('ordinal__gte', 1), ('version__gte', 1)), name='storage_attachment_counts_from_1'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('ended_reason', ''), ('ending', '')), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('ending__in', ['replaced', 'withdrawn']), ('ended_at__gte', models.F('attached_at')), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='storage_attachment_ending'), models.UniqueConstraint(fields=('content_type', 'object_id', 'slot', 'ordinal', 'version'), name='storage_attachment_once'), models.UniqueConstraint(condition=models.Q(('ending', '')), fields=('content_type', 'object_id', 'slot', 'ordinal'), name='storage_attachment_one_current'), models.UniqueConstraint(condition=models.Q(('ending', '')), fields=('content_type', 'object_id', 'slot', 'document'), name='storage_attachment_document_once')],
            },
        ),
        migrations.CreateModel(
            name='Derivative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('reading', '阅览件'), ('thumbnail', '缩略图')], max_length=10, verbose_name='用途')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='大小（字节）')),
                ('media_type', models.CharField(blank=True, max_length=100, verbose_name='类型')),
                ('width', models.PositiveIntegerField(default=0, verbose_name='宽（像素）')),
                ('height', models.PositiveIntegerField(default=0, verbose_name='高（像素）')),
                ('taken_at', models.CharField(blank=True, max_length=19, verbose_name='拍摄时间')),
                ('problem', models.CharField(blank=True, max_length=30)),
                ('made_at', models.DateTimeField(verbose_name='生成时间')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='derivatives', to='storage.document', verbose_name='材料')),
            ],
            options={
                'verbose_name': '阅览件',
                'indexes': [models.Index(fields=['sha256'], name='storage_derivative_bytes')],
                'constraints': [models.UniqueConstraint(fields=('document', 'purpose'), name='storage_derivative_once'), models.CheckConstraint(condition=models.Q(('purpose__in', ['reading', 'thumbnail'])), name='storage_derivative_purpose'), models.CheckConstraint(condition=models.Q(models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('sha256'), 64), django.db.models.lookups.Exact(models.Func(models.F('sha256'), models.Value('0123456789abcdef'), function='TRIM', output_field=models.CharField()), models.Value('')), ('height__gt', 0), ('problem', ''), ('size__gt', 0), ('width__gt', 0), models.Q(('media_type', ''), _negated=True)), models.Q(('media_type', ''), ('sha256', ''), ('size', 0), models.Q(('problem', ''), _negated=True)), _connector='OR'), name='storage_derivative_made_or_not')],
            },
        ),
        migrations.CreateModel(
            name='Destruction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='销毁原因')),
                ('at', models.DateTimeField(verbose_name='销毁时间')),
                ('gone_at', models.DateTimeField(blank=True, null=True, verbose_name='文件删除时间')),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁同意销毁')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='destruction', to='storage.document', verbose_name='材料')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁提出销毁')),
            ],
            options={
                'verbose_name': '材料销毁',
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='storage_destruction_reason'), models.CheckConstraint(condition=models.Q(('proposed_by', models.F('confirmed_by')), _negated=True), name='storage_destruction_two_people'), models.CheckConstraint(condition=models.Q(('gone_at__isnull', True), ('gone_at__gte', models.F('at')), _connector='OR'), name='storage_destruction_gone')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.PositiveBigIntegerField()),
                ('held_at', models.DateTimeField(verbose_name='冻结时间')),
                ('reason', models.TextField(verbose_name='冻结原因')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='解除时间')),
                ('lifted_reason', models.TextField(blank=True, verbose_name='解除原因')),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                ('documents', models.ManyToManyField(related_name='holds', to='storage.document', verbose_name='材料')),
                ('held_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁冻结')),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁解除')),
            ],
            options={
                'verbose_name': '材料冻结',
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('content_type', 'object_id'), name='storage_hold_one'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='storage_hold_reason'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', True), ('lifted_by__isnull', True), ('lifted_reason', '')), models.Q(('lifted_at__gte', models.F('held_at')), ('lifted_by__isnull', False), models.Q(('lifted_reason', ''), _negated=True)), _connector='OR'), name='storage_hold_lifted'), models.CheckConstraint(condition=models.Q(('lifted_by__isnull', True), models.Q(('lifted_by', models.F('held_by')), _negated=True), _connector='OR'), name='storage_hold_two_people')],
            },
        ),
        migrations.CreateModel(
            name='Keeping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.PositiveBigIntegerField()),
                ('term', models.CharField(choices=[('voucher', '会计档案'), ('archive', '项目档案'), ('declined', '未立项的申报材料')], max_length=10, verbose_name='保管类别')),
                ('until', models.DateField(verbose_name='保管到')),
                ('set_at', models.DateTimeField(verbose_name='定期限的时间')),
                ('locked_until', models.DateTimeField(blank=True, null=True, verbose_name='存储锁定到')),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keepings', to='storage.document', verbose_name='材料')),
            ],
            options={
                'verbose_name': '保管期限',
                'indexes': [models.Index(fields=['content_type', 'until'], name='storage_keeping_due')],
                'constraints': [models.UniqueConstraint(fields=('document', 'content_type', 'object_id'), name='storage_keeping_once'), models.CheckConstraint(condition=models.Q(('term__in', ['voucher', 'archive', 'declined'])), name='storage_keeping_term')],
            },
        ),
        migrations.CreateModel(
            name='Retake',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(choices=[('blurred', '模糊，看不清字'), ('glare', '反光或太暗'), ('cut_off', '缺角，没有拍全'), ('amount', '看不清金额'), ('other', '其他原因')], max_length=10, verbose_name='哪里看不清')),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='补充说明')),
                ('asked_at', models.DateTimeField(verbose_name='何时')),
                ('ending', models.CharField(blank=True, choices=[('come', '已重新上传'), ('withdrawn', '已取消'), ('gone', '原件已撤下')], max_length=10, verbose_name='结果')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('answer', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='storage.attachment', verbose_name='新的一份')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁请重拍')),
                ('attachment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='retakes', to='storage.attachment', verbose_name='附件')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经手人')),
            ],
            options={
                'verbose_name': '请重拍',
                'ordering': ('-asked_at', '-pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ending', '')), fields=('attachment',), name='storage_retake_one_open'), models.CheckConstraint(condition=models.Q(('why__in', ['blurred', 'glare', 'cut_off', 'amount', 'other']), models.Q(models.Q(('why', 'other'), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR')), name='storage_retake_why'), models.CheckConstraint(condition=models.Q(models.Q(('answer__isnull', True), ('ended_at__isnull', True), ('ended_by__isnull', True), ('ending', '')), models.Q(('answer__isnull', False), ('ended_at__isnull', False), ('ended_by__isnull', False), ('ending', 'come')), models.Q(('ended_by__isnull', False), ('ending__in', ['withdrawn', 'gone']), ('answer__isnull', True), ('ended_at__isnull', False)), _connector='OR'), name='storage_retake_ending'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('asked_at')), _connector='OR'), name='storage_retake_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Sheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='页码')),
                ('turn', models.PositiveSmallIntegerField(default=0, verbose_name='转动（度）')),
                ('crop', models.CharField(blank=True, max_length=60, verbose_name='裁剪')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='storage.document', verbose_name='材料')),
                ('photo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='storage.document', verbose_name='照片')),
            ],
            options={
                'verbose_name': '合成页',
                'ordering': ('number',),
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='storage_sheet_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1), ('turn__in', [0, 90, 180, 270])), name='storage_sheet_turned')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('name', models.CharField(max_length=120, verbose_name='文件名')),
                ('declared_size', models.PositiveBigIntegerField(verbose_name='说明的大小（字节）')),
                ('state', models.CharField(choices=[('started', '等待上传'), ('received', '已收到，待检查'), ('waiting', '待上传'), ('finished', '已入库'), ('refused', '未通过检查'), ('expired', '超时未完成'), ('held', '已收到，等待查毒')], default='started', max_length=10, verbose_name='状态')),
                ('started_at', models.DateTimeField(verbose_name='开始时间')),
                ('expires_at', models.DateTimeField(verbose_name='最晚完成时间')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('refusal_code', models.CharField(blank=True, max_length=30)),
                ('refusal', models.CharField(blank=True, max_length=300, verbose_name='未通过的原因')),
                ('document', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='upload', to='storage.document', verbose_name='材料')),
                ('arrived', models.PositiveBigIntegerField(default=0, verbose_name='分段收到的字节')),
            ],
            options={
                'verbose_name': '上传',
                'indexes': [models.Index(fields=['state', 'expires_at'], name='storage_upload_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('started_at'))), name='storage_upload_expires'), models.CheckConstraint(condition=models.Q(('sha256', ''), models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('sha256'), 64), django.db.models.lookups.Exact(models.Func(models.F('sha256'), models.Value('0123456789abcdef'), function='TRIM', output_field=models.CharField()), models.Value(''))), _connector='OR'), name='storage_upload_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), models.Q(('refusal_code', ''), _negated=True), models.Q(('refusal', ''), _negated=True)), models.Q(models.Q(('state', 'refused'), _negated=True), ('refusal', ''), ('refusal_code', '')), _connector='OR'), name='storage_upload_reason'), models.CheckConstraint(condition=models.Q(('state__in', ['started', 'received', 'waiting', 'finished', 'refused', 'expired', 'held'])), name='storage_upload_state'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['received', 'held', 'waiting', 'finished']), _negated=True), models.Q(('sha256', ''), _negated=True), _connector='OR'), name='storage_upload_measured'), models.CheckConstraint(condition=models.Q(models.Q(('document', models.F('id')), ('document__isnull', False), ('state__in', ('waiting', 'finished'))), models.Q(models.Q(('state__in', ('waiting', 'finished')), _negated=True), ('document__isnull', True)), _connector='OR'), name='storage_upload_document'), models.CheckConstraint(condition=models.Q(('arrived__lte', models.F('declared_size'))), name='storage_upload_arrived')],
            },
        ),
        migrations.CreateModel(
            name='Infection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.CharField(max_length=200, verbose_name='病毒名称')),
                ('found_at', models.DateTimeField(verbose_name='发现时间')),
                ('upload', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='infection', to='storage.upload', verbose_name='上传')),
            ],
            options={
                'verbose_name': '查出的病毒',
                'constraints': [models.CheckConstraint(condition=models.Q(('signature', ''), _negated=True), name='storage_infection_named')],
            },
        ),
    ]
