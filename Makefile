# `make` alone lists the targets.
PACKAGES = libopenblas-dev libcairo2-dev libpng-dev libzstd-dev libzip-dev libssl-dev \
	pkg-config fonts-dejavu-core
BROWSER = chromium chromium-driver
SUDO = $(if $(filter-out 0,$(shell id -u)),sudo)

PREFIX = /usr/local

.PHONY: help deps browser build demo install models test debug sanitize coverage docs fuzz bench lint format
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make deps     install the system packages that are missing (Debian, Ubuntu)
## make browser  install the browser in which the page of `lens read` is tested
deps browser:
	@missing=$$(for p in $(if $(filter browser,$@),$(BROWSER),$(PACKAGES)); do \
		dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		$(SUDO) apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq \
			$(if $(filter browser,$@),--no-install-recommends) $$missing; fi

## make build    build the release binary, .build/release/lens
build: deps
	swift build -c release --product lens

## make demo     build, then compare the two small models in models/ layer by layer, in demo/
demo: build
	.build/release/lens demo

SHARE = $(DESTDIR)$(PREFIX)/share

## make install  copy lens to PREFIX/bin, and small models, manual pages and what completes command lines
##               in bash, zsh and fish to PREFIX/share (PREFIX=/usr/local)
install: build
	install -D .build/release/lens $(DESTDIR)$(PREFIX)/bin/lens
	mkdir -p $(SHARE)/statelens/models $(SHARE)/man/man1 $(SHARE)/bash-completion/completions \
		$(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	cp -R models/mamba2 models/diffmamba2 $(SHARE)/statelens/models/
	.build/release/lens --generate-manual $(SHARE)/man/man1
	.build/release/lens --generate-completion-script bash > $(SHARE)/bash-completion/completions/lens
	.build/release/lens --generate-completion-script zsh > $(SHARE)/zsh/site-functions/_lens
	.build/release/lens --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/lens.fish

## make models   train the small models again, all seeds, with the commands in models/train.sh
models: build
	models/train.sh

## make test     run every test, in the release configuration
test: deps
	swift test -c release --disable-xctest

# Numeric loops are slow in debug: what is small, and what every model goes through.
DEBUG_TESTS = BaseTests|TensorsTests|RandomnessTests|CheckpointsTests|ArchitectureTests|LoopsTests|\
SSDScan|SelectiveScan|CausalConv1d|RMSNorm|MatrixTests|OptimizersTests|GoldenTests|ModelsTests.*HookPoint|\
LanguageModelTests|LensTrainerTests|LensArtifactTests|LanguageModelTrainerTests
empty =
## make debug    run tests of small things in the debug configuration: bounds, overflow, exclusivity
debug: deps
	swift test --disable-xctest --filter '$(subst $(empty) ,,$(DEBUG_TESTS))'

# Of clang's undefined behaviour the runtime is part of the address sanitizer's.
SANITIZE = --sanitize address -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined \
	--scratch-path .build/sanitize
## make sanitize run the tests of the C loops under the address and undefined-behaviour sanitizers
sanitize: deps
	swift build --build-tests $(SANITIZE)
	ASAN_OPTIONS=detect_leaks=0 swift test --skip-build --disable-xctest $(SANITIZE) \
		--filter LoopsTests

## make docs     the library's documentation, in .build/documentation; a warning is an error
docs: deps
	mkdir -p .build/documentation
	STATELENS_DOCS=1 swift package --allow-writing-to-directory .build/documentation \
		generate-documentation --target StateLens --warnings-as-errors \
		--output-path .build/documentation

## make coverage run every test and print the share of lines and functions that they reach, by target
coverage: deps
	swift test -c release --disable-xctest --enable-code-coverage --scratch-path .build/coverage
	Tests/coverage.sh .build/coverage/release

## make fuzz     read a hundred times as many damaged files as the tests do (SEED=1: where to begin)
SEED = 1
fuzz: deps
	STATELENS_MUTATIONS=30000 STATELENS_SEED=$(SEED) \
		swift test -c release --disable-xctest --filter MutationTests

## make bench    build lens-bench and time a 370M model against this machine's limits
bench: deps
	swift build -c release --product lens-bench
	.build/release/lens-bench --shape 370m

## make lint     check the format of every source file
lint:
	swift format lint --strict -r Sources Tests Examples Package.swift

## make format   rewrite every source file in the project's format
format:
	swift format -i -r Sources Tests Examples Package.swift
