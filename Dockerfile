# The binary and nothing else: it needs no library, no shell and no certificates.
#
#   docker build --tag crosstrail .
#   docker run --rm --volume "$PWD:/src:ro" crosstrail lint

FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base
WORKDIR /build
COPY . .
RUN cargo build --release --locked --package crosstrail

FROM scratch
COPY --from=build /build/target/release/crosstrail /crosstrail
WORKDIR /src
USER 65532:65532
ENTRYPOINT ["/crosstrail"]
CMD ["lint"]
