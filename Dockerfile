# The image of bot, runner and gateway for docker-compose.yml. The base needs Node 24 and npm on Debian 12; --build-arg names another one.
ARG NODE_IMAGE=node:24-bookworm-slim
FROM ${NODE_IMAGE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates debian-archive-keyring distro-info e2fsprogs iproute2 iptables mmdebstrap mount tar \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/micropush
COPY package.json package-lock.json .npmrc ./
# The optional ones are Node itself, which the base has, and native variants of code that is there in JavaScript too.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY cli cli
COPY contract contract
COPY runner runner
COPY runtimes runtimes
COPY setup setup
COPY src src
COPY web web
COPY app.yml app.yml
ENTRYPOINT ["node", "cli/main.ts"]
