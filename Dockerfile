# 有据的容器：docker build -t youju . ；用法见 docs/install.md。
# 依赖装进一个虚拟环境，再整个搬进最后的镜像；运行时不是 root，数据都在 /data。
FROM python:3.12-slim AS build
# 只要 CPU 版的 PyTorch 时，把它的 CPU 仓库给 TORCH_INDEX；不给就用 pip 平常的来源。
ARG TORCH_INDEX=""
# 另外要的组件，如 milvus（docs/cluster.md）；不给就没有。
ARG EXTRAS=""
WORKDIR /src
RUN python -m venv /opt/youju
ENV PATH=/opt/youju/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY constraints.txt ./
RUN pip install --constraint constraints.txt ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch
COPY pyproject.toml README.md LICENSE ./
COPY rag rag
COPY ingest ingest
COPY eval eval
COPY ui ui
COPY corpus corpus
RUN pip install --constraint constraints.txt ".${EXTRAS:+[$EXTRAS]}"
# 向量模型在这里做好，容器一启动就能用，不必等半分钟。
ENV YOUJU_EMBEDDING__CACHE_DIR=/opt/youju/models
RUN python -P -c "from pathlib import Path; from rag.models.bundled_model import ensure_model; ensure_model(Path('/opt/youju/models'))"

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home youju \
    && install -d -o youju -g youju /data
COPY --from=build /opt/youju /opt/youju
ENV PATH=/opt/youju/bin:$PATH \
    YOUJU_DATA_DIR=/data \
    YOUJU_EMBEDDING__CACHE_DIR=/opt/youju/models \
    PYTHONUNBUFFERED=1
USER youju
WORKDIR /data
VOLUME /data
EXPOSE 7860
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-P", "-m", "ui.health"]
# 对外监听必须有口令：YOUJU_TOKEN 或 YOUJU_TOKEN_FILE；没有就立刻说明并退出。
ENTRYPOINT ["youju"]
CMD ["serve", "--host", "0.0.0.0", "--log", "-"]
