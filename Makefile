# make chat — set up, ingest corpus/, open the chat.   make test — set up, run every test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?= ../shared/data
TRAIN = $(DATA)/train/cmrc2018_train_pseudo_evidence.json.gz
NEWS = $(DATA)/news/crud_news_10000.jsonl.gz
AFTER ?= rag/models/reader-9
WRITTEN = $(DATA)/train/news_questions.jsonl eval/data/written_questions.jsonl.gz eval/data/written_news.jsonl.gz eval/data/written_more.jsonl.gz \
	eval/data/written_nine.jsonl.gz eval/data/written_twins.jsonl.gz $(TALKS)
TALKS = eval/data/conversation_questions.jsonl.gz
PLAIN = eval/data/plain_questions.jsonl.gz
TEXTS = --articles $(NEWS) --articles eval/data/written_articles.jsonl.gz

FLOORS = correct=0.88 citation_precision=0.71 refusal_recall=0.78

.DEFAULT_GOAL := help
.PHONY: help setup chat test test-fast coverage durability evaluate check format bench train-types train-tellable train-leaning train-gist train-evidence train-reader train-decision screenshots reference docs

help:
	@echo "make setup        准备 .venv（开发所需的一切；没有变动时立刻结束）"
	@echo "make chat         导入 corpus/ 并打开问答页面 http://127.0.0.1:7860"
	@echo "make test         运行全部测试"
	@echo "make test-fast    约两分钟的测试：不用模型、浏览器，少起别的程序"
	@echo "make coverage     约两分钟的测试走过多少行与分支"
	@echo "make durability   反复杀进程、随机操作与坏盘：夜里跑（ROUNDS=200 MACHINES=100 DAMAGES=200）"
	@echo "make evaluate     在样例语料上评测，低于底线就报错"
	@echo "make check        ruff 与 mypy strict"
	@echo "make bench        速度与检索的基准（DATA 指向基准数据目录）"
	@echo "make train-types / train-tellable / train-leaning / train-gist   重新训练问题的类型、所问的常不常有人说到、是否承接上文、要点的取舍"
	@echo "make train-evidence / train-reader AFTER=… / train-decision   重新训练特征、阅读模型与两者的合算"
	@echo "make screenshots  从真实页面重拍文档里的截图"
	@echo "make docs         造文档站，放在 site/（不联网；有坏链接就报错）"
	@echo "make reference    由设置的说明重写 docs/settings.md"

setup: $(READY)

# torch first and alone: a version that the constraints name, so that no other one is drawn in.
$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,docs]'
	@touch $(READY)

chat: setup
	$(BIN)/youju ingest corpus
	$(BIN)/youju chat

test: setup
	$(BIN)/python -m pytest

test-fast: setup
	$(BIN)/python -m pytest -m "not browser and not model and not slow"

# Lines and branches that the quick tests take, those of the configuration in pyproject.toml.
coverage: setup
	$(BIN)/python -m pytest -m "not browser and not model and not slow" --cov --cov-report=term:skip-covered

# Kills, crashes, failing disks: what make test does a little of; for the night.
ROUNDS ?= 200
MACHINES ?= 100
DAMAGES ?= 200

durability: setup
	YOUJU_KILL_ROUNDS=$(ROUNDS) YOUJU_KILL_SEED=$$(date +%s) YOUJU_MACHINES=$(MACHINES) \
		YOUJU_DAMAGE_ROUNDS=$(DAMAGES) YOUJU_DAMAGE_SEED=$$(date +%s) $(BIN)/python -m pytest -rP --timeout=0 \
		$(addprefix tests/test_,kill_rounds.py damage.py small_disk.py library_machine.py durability.py failing_disk.py other_writers.py \
		killed_evaluations.py backup.py bad_backups.py backup_of_users.py)

# The sample corpus asked with the shipped default: a figure that falls below its floor is an error.
evaluate: setup
	rm -rf .evaluated
	$(BIN)/youju --data-dir .evaluated ingest corpus
	$(BIN)/youju --data-dir .evaluated evaluate corpus/questions.jsonl \
		$(addprefix --fail-under ,$(FLOORS))

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/youju benchmark embedding
	$(BIN)/youju benchmark retrieval $(DATA)/dev/cmrc2018_dev.json \
		--distractors $(NEWS) --limit 2500

# Types are features of what follows: fit the decision again after them.
train-types: setup
	$(BIN)/python -m eval.type_training $(WRITTEN)

# Here too: the decision weighs it.
train-tellable: setup
	$(BIN)/python -m eval.tellable_training $(WRITTEN)

train-leaning: setup
	$(BIN)/python -m eval.leaning_training $(TALKS) $(addprefix eval/data/written_,more.jsonl.gz questions.jsonl.gz nine.jsonl.gz)

# The weights of features first, then the reader, then what weighs both.
train-gist: setup
	$(BIN)/python -m eval.salience_training eval/data/outlines_training.jsonl.gz $(TEXTS)

train-evidence: setup
	$(BIN)/python -m eval.evidence_training features $(WRITTEN) $(TEXTS) --squad $(TRAIN)

train-decision: setup
	$(BIN)/python -m eval.evidence_training decision $(WRITTEN) $(PLAIN) $(TEXTS) --squad $(TRAIN)

train-reader: setup
	$(BIN)/python -m eval.reader_training written $(WRITTEN) $(TEXTS) --squad $(TRAIN) \
		--squad $(DATA)/train/drcd_dev.json.gz --after $(AFTER) --folder runs/reader
	$(BIN)/python -m eval.reader_training export $(TRAIN) --folder runs/reader

screenshots: setup
	$(BIN)/python scripts/screenshots.py

reference: setup
	$(BIN)/python -m rag.settings.reference docs/settings.md

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "文档站在 site/；看它：$(BIN)/python -m http.server -d site 8000，再打开 http://127.0.0.1:8000"
