.PHONY: demo test lint bench setup
ARGS ?=

demo: ; @scripts/run demo $(ARGS)
test: ; @scripts/test $(ARGS)
lint: ; @scripts/lint
bench: ; @scripts/bench $(ARGS)
setup: ; @scripts/setup
