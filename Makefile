# make chat — set up, ingest corpus/, open the chat.   make test — set up, run every test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?= ../shared/data
TRAIN = $(DATA)/train/cmrc2018_train_pseudo_evidence.json.gz
NEWS = $(DATA)/news/crud_news_10000.jsonl.gz

.DEFAULT_GOAL := help
.PHONY: help setup chat test check format bench train-evidence train-reader screenshots

help:
	@echo "make setup        准备 .venv（开发所需的一切；没有变动时立刻结束）"
	@echo "make chat         导入 corpus/ 并打开问答页面 http://127.0.0.1:7860"
	@echo "make test         运行全部测试"
	@echo "make check        ruff 与 mypy strict"
	@echo "make bench        速度与检索的基准（DATA 指向基准数据目录）"
	@echo "make train-evidence / make train-reader   重新训练证据打分与阅读模型"
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

train-evidence: setup
	$(BIN)/python -m eval.evidence_training $(DATA)

train-reader: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m eval.reader_training train $(TRAIN) \
		--folder runs/reader-1 --distractors $(NEWS)
	$(BIN)/python -m eval.reader_training export $(TRAIN) --folder runs/reader-1 --to runs/reader-1/model
	OMP_NUM_THREADS=1 $(BIN)/python -m eval.reader_training train $(TRAIN) \
		--folder runs/reader-2 --distractors $(NEWS) --round 2 --after runs/reader-1/model
	$(BIN)/python -m eval.reader_training export $(TRAIN) --folder runs/reader-2 \
		--halfway-to runs/reader-1/model --to runs/reader-2/model
	OMP_NUM_THREADS=1 $(BIN)/python -m eval.reader_training train $(TRAIN) \
		--folder runs/reader-3 --distractors $(NEWS) --round 3 --after runs/reader-2/model
	$(BIN)/python -m eval.reader_training export $(TRAIN) --folder runs/reader-3 \
		--halfway-to runs/reader-2/model --to runs/reader-3/model
	OMP_NUM_THREADS=1 $(BIN)/python -m eval.reader_training train $(TRAIN) \
		--folder runs/reader-4 --distractors $(NEWS) --round 4 --after runs/reader-3/model
	$(BIN)/python -m eval.reader_training export $(TRAIN) --folder runs/reader-4 \
		--halfway-to runs/reader-3/model

screenshots: setup
	$(BIN)/python scripts/screenshots.py
