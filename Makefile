# make chat — set up, ingest corpus/, open the chat.   make test — set up, run every test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?= ../shared/data
TRAIN = $(DATA)/train/cmrc2018_train_pseudo_evidence.json.gz
NEWS = $(DATA)/news/crud_news_10000.jsonl.gz
AFTER ?= rag/models/reader-8
WRITTEN = $(DATA)/train/news_questions.jsonl eval/data/written_questions.jsonl.gz eval/data/written_news.jsonl.gz eval/data/written_more.jsonl.gz
PLAIN = eval/data/plain_questions.jsonl.gz
TEXTS = --articles $(NEWS) --articles eval/data/written_articles.jsonl.gz

FLOORS = correct=0.88 citation_precision=0.71 refusal_recall=0.78

.DEFAULT_GOAL := help
.PHONY: help setup chat test test-fast evaluate check format bench train-types train-gist train-evidence train-reader train-decision screenshots

help:
	@echo "make setup        准备 .venv（开发所需的一切；没有变动时立刻结束）"
	@echo "make chat         导入 corpus/ 并打开问答页面 http://127.0.0.1:7860"
	@echo "make test         运行全部测试"
	@echo "make test-fast    约两分钟的测试：不用模型、浏览器，少起别的程序"
	@echo "make evaluate     在样例语料上评测，低于底线就报错"
	@echo "make check        ruff 与 mypy strict"
	@echo "make bench        速度与检索的基准（DATA 指向基准数据目录）"
	@echo "make train-types / train-gist   重新训练问题的类型、要点的取舍"
	@echo "make train-evidence / train-reader AFTER=… / train-decision   重新训练特征、阅读模型与两者的合算"
	@echo "make screenshots  从真实页面重拍文档里的截图"

setup: $(READY)

# torch first and alone: a version that the constraints name, so that no other one is drawn in.
$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

chat: setup
	$(BIN)/youju ingest corpus
	$(BIN)/youju chat

test: setup
	$(BIN)/python -m pytest

test-fast: setup
	$(BIN)/python -m pytest -m "not browser and not model and not slow"

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
