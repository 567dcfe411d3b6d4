# The image of bot and runner for docker-compose.yml. The base needs Node 24 on Debian; another one can be named with --build-arg.
ARG NODE_IMAGE=node:24-bookworm-slim
FROM ${NODE_IMAGE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates debian-archive-keyring e2fsprogs iproute2 iptables mmdebstrap mount tar \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/micropush
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY cli cli
COPY contract contract
COPY runner runner
COPY runtimes runtimes
COPY setup setup
COPY src src
COPY web web
ENTRYPOINT ["node", "cli/main.ts", "serve"]
