# natsctl: the words a person types. CMake (CMakePresets.json) does the work.
.PHONY: all demo test test-lab test-containers test-kubernetes sweep bench sanitize lint format clean

# Both programs, in build/: natsctl, and releases/VERSION/nats-broker.
all: build/build.ninja
	@cmake --build --preset release

build/build.ninja: CMakeLists.txt CMakePresets.json
	@.ci/install-packages build
	@cmake --preset release >/dev/null

# The tutorial: two servers, a subscriber, traffic, an upgrade through a temporary third server.
demo: build/build.ninja
	@cmake --build --preset release --target natsctl brokers
	@examples/two-nodes-local/demo

# Every test, those with real nats-servers and real clients too.
test: all
	@.ci/install-packages test
	@tests/support/get-nats-servers
	@ctest --preset release $(AGAIN) -j 4 -LE 'lab|containers|kubernetes'

# Whole upgrades of hosts with systemd behind ssh, and what befalls them. As root: it boots three hosts.
test-lab: all
	@.ci/install-packages test lab
	@tests/support/get-nats-servers
	@tests/lab/lab sweep
	@ctest --preset release $(AGAIN) -L lab --no-tests=error

# The same of containers: it starts a Docker and a Podman of its own, as root.
test-containers: all
	@.ci/install-packages test containers
	@tests/support/get-nats-servers
	@tests/containers/engine sweep
	@ctest --preset release $(AGAIN) -L containers --no-tests=error

# The same of a StatefulSet: it starts a Kubernetes of its own, as root, and builds it before, once, in five minutes.
test-kubernetes: all
	@.ci/install-packages test kubernetes
	@tests/support/get-nats-servers
	@tests/kubernetes/build >/dev/null
	@tests/kubernetes/cluster sweep
	@ctest --preset release $(AGAIN) -L kubernetes --no-tests=error

# natsctl killed at every record of its journal, each in an upgrade of its own. It takes half an hour.
sweep: all
	@.ci/install-packages test
	@tests/support/get-nats-servers
	@cmake --build --preset release --target kill_sweep
	@build/tests/rehearsal/kill_sweep

# nats-broker beside real nats-servers, and what natsctl itself costs; writes the tables of README.md
# and tests/bench/README.md.
bench: build/build.ninja
	@.ci/install-packages test
	@tests/support/get-nats-servers
	@cmake --build --preset release --target bench natsctl_bench
	@build/tests/bench/bench --write
	@build/tests/bench/natsctl/natsctl_bench --write

# The tests again, with the compiler watching memory, undefined behaviour and threads.
sanitize:
	@.ci/sanitize

# Style and static analysis; `make format` mends the first.
lint:
	@.ci/lint

format:
	@.ci/install-packages lint
	@git ls-files '*.h' '*.cc' | xargs clang-format-14 -i

clean:
	@rm -rf build build-*
