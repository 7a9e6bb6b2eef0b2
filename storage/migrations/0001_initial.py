import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

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
                ('scan', models.CharField(choices=[('unscanned', '未查毒')], default='unscanned', max_length=10, verbose_name='查毒')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
            ],
            options={
                'verbose_name': '材料',
                'indexes': [models.Index(fields=['sha256'], name='storage_document_bytes')],
                'constraints': [models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('sha256'), 64), django.db.models.lookups.Exact(models.Func(models.F('sha256'), models.Value('0123456789abcdef'), function='TRIM', output_field=models.CharField()), models.Value(''))), name='storage_document_sha256'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='storage_document_size'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('media_type', ''), _negated=True)), name='storage_document_described'), models.CheckConstraint(condition=models.Q(('scan__in', ['unscanned'])), name='storage_document_scan')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('name', models.CharField(max_length=120, verbose_name='文件名')),
                ('declared_size', models.PositiveBigIntegerField(verbose_name='说明的大小（字节）')),
                ('state', models.CharField(choices=[('started', '等待上传'), ('received', '已收到，待检查'), ('finished', '已入库'), ('refused', '未通过检查'), ('expired', '超时未完成')], default='started', max_length=10, verbose_name='状态')),
                ('started_at', models.DateTimeField(verbose_name='开始时间')),
                ('expires_at', models.DateTimeField(verbose_name='最晚完成时间')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('refusal_code', models.CharField(blank=True, max_length=30)),
                ('refusal', models.CharField(blank=True, max_length=300, verbose_name='未通过的原因')),
                ('document', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='upload', to='storage.document', verbose_name='材料')),
            ],
            options={
                'verbose_name': '上传',
                'indexes': [models.Index(fields=['state', 'expires_at'], name='storage_upload_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['started', 'received', 'finished', 'refused', 'expired'])), name='storage_upload_state'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('started_at'))), name='storage_upload_expires'), models.CheckConstraint(condition=models.Q(('sha256', ''), models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('sha256'), 64), django.db.models.lookups.Exact(models.Func(models.F('sha256'), models.Value('0123456789abcdef'), function='TRIM', output_field=models.CharField()), models.Value(''))), _connector='OR'), name='storage_upload_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['received', 'finished']), _negated=True), models.Q(('sha256', ''), _negated=True), _connector='OR'), name='storage_upload_measured'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), models.Q(('refusal_code', ''), _negated=True), models.Q(('refusal', ''), _negated=True)), models.Q(models.Q(('state', 'refused'), _negated=True), ('refusal', ''), ('refusal_code', '')), _connector='OR'), name='storage_upload_reason'), models.CheckConstraint(condition=models.Q(models.Q(('document', models.F('id')), ('document__isnull', False), ('state', 'finished')), models.Q(models.Q(('state', 'finished'), _negated=True), ('document__isnull', True)), _connector='OR'), name='storage_upload_document')],
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
                'indexes': [],
            },
        ),
    ]
