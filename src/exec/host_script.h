#pragma once

namespace exec {

// The shell script that carries out HostExecutor's verbs on a host: host_script.sh.
const char* host_script();

}  // namespace exec
