# 情暖浙江 — `make demo` shows it, `make test` proves it, `make check` keeps it clean.

PORT ?= 8000
export PORT PYTHON

PY     := .venv/bin/python
MANAGE := $(PY) manage.py

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test radosgw races bank faults replay rehearsals clamav pages postgresql journeys pictures bench coverage check format docs messages lock

help: ## 列出这些命令 · list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## 按锁定的版本准备 .venv · make .venv as the lock says
	@.ci/setup

demo: setup ## 启动演示，Ctrl-C 停止，数据保留 · serve the demonstration
	@DEMO=1 $(MANAGE) demo

demo-reset: setup ## 清空演示数据，重新开始 · start the demonstration over
	@DEMO=1 $(MANAGE) demo --reset

test: setup ## 在 SQLite 和 PostgreSQL 上运行全部测试 · the suite on both databases
	@$(PY) -m tests.on_both_databases

radosgw: setup ## 材料存取测试，用 Debian 的 S3 服务器 · the stores on Debian's S3 server (as root it is installed)
	@command -v radosgw >/dev/null && command -v ceph-mon >/dev/null && command -v ceph-osd >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends radosgw ceph-mon ceph-osd ceph-mgr ceph-common; } || true
	@$(PY) -m pytest -n 0 -m radosgw tests/storage

races: setup ## 全量并发测试（几分钟）· races at full size
	@$(PY) -m tests.on_both_databases -m race --full

bank: setup ## 账目并发测试，每种数据库一分钟 · the books under load for a minute on each database
	@$(PY) -m tests.on_both_databases -m bank --full

faults: setup ## 全量故障测试（几分钟）· kill points at full size
	@$(PY) -m tests.on_both_databases -m faults --full

replay: setup ## 用同一个种子在两种数据库上各预演一整期，逐项比对 · a round of 120 twice, compared step by step
	@DATABASE_URL="$${DATABASE_URL:-postgresql://postgres@127.0.0.1:5432/qingnuan}" $(PY) -m pytest -n 2 -m slow tests/acceptance/test_replaying.py

rehearsals: setup ## 全量预演，两种数据库逐项比对（几分钟）· rounds of 120, replayed and compared
	@$(PY) -m tests.on_both_databases -m slow

clamav: setup ## 用真正的 clamd 查毒（需要 root，自动安装 clamav-daemon）· scanning by a real clamd; installs it as root
	@command -v clamd >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends clamav-daemon; } >/dev/null
	@$(PY) -m pytest -n 0 -m clamav tests/storage

pages: setup ## 演示里每个身份打开每一页：权限、英文、查询次数、大小 · every page as every person
	@env -u DATABASE_URL $(PY) -m pytest -n 2 --dist loadgroup -m pages tests/grants/desk

postgresql: setup ## make test 之外的其余测试，在 PostgreSQL 上 · the rest of the suite on PostgreSQL
	@$(PY) -m tests.on_both_databases --rest

journeys: setup ## 真实浏览器中的测试 · tests in a real browser
	@$(PY) -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m journey tests/journeys

pictures: setup ## 重新拍 docs/pictures 里的图 · take the pictures of README and handbooks anew
	@PICTURES=1 $(PY) -m pytest -n 2 -m journey tests/journeys/test_whole_way.py tests/journeys/test_pictures.py

bench: setup ## 预演一整期并计时，材料存取、上传、检查、档案包、评审分配、各页面和账簿测速（约半小时）· time a whole round, stores, uploads, inspection, packages, assigning, pages, books
	@$(MANAGE) rehearse --projects 120 --seed 7 --json
	@$(PY) -m tests.benchmarks.stores
	@$(PY) -m tests.benchmarks.uploads
	@$(PY) -m tests.benchmarks.inspection
	@$(PY) -m tests.benchmarks.packages
	@$(PY) -m tests.benchmarks.bank
	@$(PY) -m tests.benchmarks.assigning
	@$(PY) -m tests.benchmarks.assigning alike
	@$(PY) -m tests.benchmarks.results
	@$(PY) -m tests.benchmarks.similarity
	@$(PY) -m tests.benchmarks.pages
	@$(PY) -m tests.benchmarks.books
	@$(PY) -m tests.benchmarks.books --sqlite

coverage: setup ## 测试覆盖率（SQLite）· branch coverage
	@$(PY) -m pytest -n 2 --cov --cov-report=term

check: setup ## 风格、类型、架构、迁移、翻译、文档 · style, types, direction, migrations, translations, docs
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) .venv/bin/lint-imports --no-cache
	@$(MANAGE) makemigrations --check --dry-run
	@$(PY) -m tests.translations
	@$(MANAGE) docs --check
	@echo '检查全部通过 · all checks passed'

format: setup ## 整理代码格式 · format the code
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

docs: setup ## 重新生成参考文档 · write the generated pages
	@$(MANAGE) docs

messages: setup ## 收集待翻译的文字并编译 · collect and compile translations
	@$(PY) -m tests.translations --write

lock: setup ## 重新锁定依赖版本 · lock the dependencies anew
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade --extra dev \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
