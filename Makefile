# make test   everything that must hold: installs what it needs, then vet, lint, race tests, js/wasm tests, wasm build, browser tests
# make web    the page: wasm/web/dist/privpath.html (one file) and wasm/web/dist/hosted (a static site)
# make generate, make fuzz, make proof, make bench
# make release   what is published, with digests and a bill of materials, in dist/; make reproducible builds it twice and compares
# make api, make api-base   the exported API against what was last promised; promise what is there now
# make licences, make sbom, make sbom-test (against CycloneDX's schema), make vuln

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

GOLANGCI_VERSION := v2.15.0
GOLANGCI := bin/golangci-lint-$(GOLANGCI_VERSION)
CORE := ./model/... ./assess/... ./pillars/... ./graphsource/...
FUZZTIME ?= 30s
GOVULNCHECK_VERSION := v1.9.0
CYCLONEDX_VERSION := 10.3.0
APIDIFF := golang.org/x/exp/cmd/apidiff@v0.0.0-20261113113407-e3970619a1a4
RELEASE ?= dist
# The Go release that go.mod names: what is published is built, and checked, with it.
TOOLCHAIN := $(shell sed -n 's/^toolchain //p' go.mod)
PROOF ?= 10000000
BENCH ?=

.PHONY: test generate vet lint api api-base unit fleet-test wasm-unit web web-test tools fuzz proof bench clean build-time vuln licences sbom sbom-test release reproducible

test: vet lint api licences sbom-test vuln unit fleet-test wasm-unit web web-test

generate:
	go generate ./...

vet:
	go vet ./...
	GOOS=js GOARCH=wasm go vet $(CORE) ./internal/jshost ./examples/bench/job ./wasm/...
	test -z "$$(gofmt -l $$(git ls-files '*.go'))"

lint: $(GOLANGCI)
	$(GOLANGCI) run ./...

$(GOLANGCI):
	mkdir -p bin
	GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv bin/golangci-lint $@

# The exported API, by Go's own judgement of what breaks a caller, against
# testdata/api.exp: each change that breaks one must stand in
# testdata/api-breaks.txt, and CHANGELOG tells it.
api:
	@mkdir -p bin
	@go run $(APIDIFF) -m -incompatible testdata/api.exp github.com/privpath/privpath 2> >(grep -v '^Ignoring internal package' >&2) >bin/api-breaks.txt
	@diff -u testdata/api-breaks.txt bin/api-breaks.txt || { echo "api: what is marked + breaks who builds on it; if that is meant, cp bin/api-breaks.txt testdata/ and say so in CHANGELOG" >&2; exit 1; }
	@echo "api: nothing else breaks what was promised"

# Writes testdata/api.exp anew from the last commit, for a release: from then on its
# API is what is promised. The folder is the same on every machine, since the file
# keeps where its sources lay.
api-base: BASE := /tmp/privpath-api
api-base:
	rm -rf $(BASE) && mkdir $(BASE) && git archive HEAD | tar x -C $(BASE) && rm -r $(BASE)/examples $(BASE)/tools $(BASE)/wasm
	cd $(BASE) && go run $(APIDIFF) -m -w $(CURDIR)/testdata/api.exp github.com/privpath/privpath
	rm -rf $(BASE) && : >testdata/api-breaks.txt

# The whole suite, then the race detector over it in short mode: the degrade law
# alone runs hundreds of thousands of assessments on one goroutine.
unit:
	go test -timeout 60m ./...
	go test -race -short -timeout 40m ./...

# The pipeline for many tenants, a module of its own, which ./... does not reach; with
# the client of S3, which only a tag links, too.
fleet-test: $(GOLANGCI) examples/fleet/queries/node_modules
	cd examples/fleet && test -z "$$(go mod tidy -diff)" && go vet ./... && go vet -tags s3 . && $(CURDIR)/$(GOLANGCI) run --build-tags s3 ./... && \
	  go test -timeout 20m ./... && go test -timeout 20m -tags s3 -run TestS3 .

examples/fleet/queries/node_modules: examples/fleet/queries/package-lock.json
	cd examples/fleet/queries && npm ci --no-audit --no-fund
	touch $@

# The tests of every package that the page links, once more as the browser runs
# them. The live source is not among them: the page never calls it, and Go's
# js/wasm collector can stop a program of that size and heap ("found bad pointer in
# Go heap", golang/go#80472, still seen with go1.26.8). vet compiles it for wasm.
wasm-unit:
	GOOS=js GOARCH=wasm go test -short -timeout 30m -exec "$$(go env GOROOT)/lib/wasm/go_js_wasm_exec" \
	  $$(GOOS=js GOARCH=wasm go list -deps ./wasm | grep '^github.com/privpath/privpath/' | grep -v '/wasm$$') \
	  ./assess/report ./assess/redact ./assess/diff ./assess/plan ./assess/declare

web: wasm/web/node_modules
	cd wasm/web && npm run build

web-test: web tools bin/privpath
	cd wasm/web && PRIVPATH_BIN=$(CURDIR)/bin/privpath npm test

bin/privpath: FORCE
	go build -o $@ ./examples/privpath

wasm/web/node_modules: wasm/web/package-lock.json
	cd wasm/web && npm ci --no-audit --no-fund
	touch $@

# The browsers come from Debian, as root and only where they are missing.
tools:
	@missing=; for b in chromium firefox-esr; do command -v $$b >/dev/null || missing="$$missing $$b"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" != 0 ]; then echo "missing Debian packages:$$missing" >&2; exit 1; fi; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi

# Every fuzz target of the module in turn, FUZZTIME each.
fuzz:
	@for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
	  done; \
	done

proof:
	PRIVPATH_PROOF=$(PROOF) go test -timeout 0 -run 'TestSampledContexts|TestEngineEqualsOracle' -v ./assess/access

# The targets of speed and size against what is measured now, as a table: BENCH
# narrows it ("-rows job -size S"). Half an hour and 10 GB of disk for all of it,
# on a machine that does nothing else. The peers are optional.
bench:
	@for in in examples/bench wasm/web; do [ -d $$in/node_modules ] || ! command -v npm >/dev/null || npm ci --prefix $$in --no-audit --no-fund >&2; done
	go run ./examples/bench $(BENCH)

# What the Graph SDK costs a consumer: a build with an empty cache without it, and
# one with it.
build-time:
	@for what in "./pillars ./graphsource/export" ./examples/embed-live; do \
	  cache=$$(mktemp -d); start=$$(date +%s); \
	  GOCACHE=$$cache go build -o /dev/null $$what; \
	  echo "$$what: $$(($$(date +%s) - start)) s"; rm -rf $$cache; \
	done

# Every module and package that is linked, with its licence; fails on one that is
# not allowed.
licences:
	go run ./tools/supply licences

sbom:
	@go run ./tools/supply sbom

# The bill of materials against CycloneDX's own schema, which the npm package of its
# library holds.
sbom-test: bin/cyclonedx-$(CYCLONEDX_VERSION)
	PRIVPATH_CYCLONEDX=$(CURDIR)/$</package/res/schema go test -run TestSBOMIsValid ./tools/supply

bin/cyclonedx-$(CYCLONEDX_VERSION):
	mkdir -p bin/cyclonedx.tmp
	cd bin/cyclonedx.tmp && tar xzf "$$(npm pack --silent @cyclonedx/cyclonedx-library@$(CYCLONEDX_VERSION))"
	mv bin/cyclonedx.tmp $@

# Known vulnerabilities in what is called, in the standard library of TOOLCHAIN too.
# The database is vuln.go.dev (or where GOVULNDB says); where it cannot be reached, the
# newest copy of it that the Go module proxy has. With neither nothing is checked: the
# target says so, and fails only where VULN_REQUIRED is set.
vuln: export GOTOOLCHAIN := $(TOOLCHAIN)
vuln:
	@unreached='fetching vulnerabilities|dial tcp|no such host|connection refused|timeout|module lookup disabled|toolchain not available'; \
	check() { for module in . examples/fleet; do (cd $$module && echo "$$module:" && go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) -tags s3 "$$@" ./... 2>&1) || return; done; }; \
	out=$$(check) && { echo "$$out"; exit 0; }; \
	if grep -qE "$$unreached" <<<"$$out"; then \
	  db=$$(mktemp -d); trap 'rm -rf "$$db"' EXIT; \
	  out=$$(go run ./tools/supply vulndb "$$db" 2>&1) && out+=$$'\n'$$(check -db "file://$$db") && { echo "$$out"; exit 0; }; \
	fi; \
	echo "$$out"; \
	grep -q 'Your code is affected' <<<"$$out" && exit 1; \
	grep -qE "$$unreached" <<<"$$out" || exit 1; \
	echo "vuln: NOT CHECKED: the vulnerability database cannot be reached. Run it where it can, or set GOVULNDB to a copy." >&2; \
	test -z "$(VULN_REQUIRED)"

# What is published. Nothing of the machine, the folder or the time gets in.
release: export GOTOOLCHAIN := $(TOOLCHAIN)
release: web
	rm -rf $(RELEASE) && mkdir -p $(RELEASE)
	for platform in linux/amd64 linux/arm64 darwin/arm64 windows/amd64; do \
	  os=$${platform%/*} arch=$${platform#*/} suffix=; test $$os != windows || suffix=.exe; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go build -trimpath -buildvcs=false -ldflags='-s -w' \
	    -o $(RELEASE)/privpath-$$os-$$arch$$suffix ./examples/privpath; \
	done
	cp wasm/web/dist/privpath.html $(RELEASE)/
	cp wasm/web/dist/privpath.wasm $(RELEASE)/privpath.wasm
	go run ./tools/supply sbom > $(RELEASE)/privpath.cdx.json
	cd $(RELEASE) && sha256sum * > SHA256SUMS && cat SHA256SUMS

# Two builds from two clones in folders of their own, each with an empty build
# cache, must have the same digests.
reproducible:
	@work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; \
	for side in one another/and/deeper; do \
	  git clone -q . "$$work/$$side"; \
	  GOCACHE="$$work/cache-$${side%%/*}" $(MAKE) --no-print-directory -C "$$work/$$side" release >"$$work/log" 2>&1 || { cat "$$work/log"; exit 1; }; \
	done; \
	diff "$$work/one/dist/SHA256SUMS" "$$work/another/and/deeper/dist/SHA256SUMS"; \
	cat "$$work/one/dist/SHA256SUMS"; echo "reproducible: both builds have these digests"

clean:
	rm -rf bin dist wasm/web/dist wasm/web/node_modules examples/fleet/queries/node_modules

FORCE:
