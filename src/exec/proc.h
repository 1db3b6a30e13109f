#pragma once

#include "exec/executor.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What Linux tells of processes in /proc. Looking changes nothing, except that is_alive() takes a
// dead child of ours off the process table.
//
// Of processes of other users only root sees the program, the folder and the ports.
// Source: proc(5).
namespace exec {

// The process with this pid now. A zombie is none: it serves nobody any more.
std::optional<ProcessId> identify(int pid);

// Whether that very process runs, and not another with its number.
bool is_alive(const ProcessId& id);

// The file it was started from. When that file is gone, its former path; copy_binary() still has
// the bytes.
std::filesystem::path binary_of(int pid);

// Copies the program of a running process, also when its file was deleted or replaced.
base::Result<void> copy_binary(int pid, const std::filesystem::path& to);

std::vector<std::string> command_of(int pid);      // its command line
std::vector<std::string> environment_of(int pid);  // "NAME=value"
std::filesystem::path folder_of(int pid);          // where it works

// The process that listens on a TCP address: one bound to this very host before one bound to all
// hosts. A host that is a name matches every listener on loopback or on all hosts.
std::optional<int> listener_on(const plan::Address& address);

// The sockets a process has open, by inode.
std::set<std::uint64_t> sockets_of(int pid);

// The TCP ports a process listens on, in order.
std::vector<int> ports_of(int pid);

}  // namespace exec
