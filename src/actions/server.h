#pragma once

#include "actions/action.h"

#include <string>
#include <vector>

// What the actions that touch a server share: which process it is, and waiting for what becomes of
// it.
namespace actions {

// The node of the step; an error when the step names none of the plan.
base::Result<const plan::Node*> node_of(const Context& context);

base::Result<exec::Executor*> executor_of(const Context& context, const std::string& node);

// The running server of a node, after name, cluster, server id, client port and process were found
// to be one (I2). Monitoring that does not answer is let pass for a process that is in natsctl's
// care already, since that is known by pid and start time. ErrorCode::not_found when nothing runs;
// refused when something does not match, with what it is.
base::Result<exec::RunningServer> verified_server(Context& context, const plan::Node& node);

// Waits until that process has ended; says now and then what it waits for. ErrorCode::timeout with
// who is still connected; cancelled when the context's stop is requested.
base::Result<void> wait_for_exit(Context& context,
                                 const plan::Node& node,
                                 const exec::ProcessId& id,
                                 base::nanoseconds patience);

// Starts the active release and waits until its monitoring answers. An error with the server's last
// lines as soon as the process is gone, or when it runs another conf than the plan's. A server that
// takes longer is left to the gate.
base::Result<void> start_and_wait(Context& context, const plan::Node& node);

// INT, then TERM, then KILL, each with its time to work.
base::Result<void> stop_for_certain(Context& context,
                                    const plan::Node& node,
                                    const exec::ProcessId& id);

// Takes the running server into natsctl's care, so that there is a way back. Nothing runs: does
// nothing.
base::Result<void> adopt(Context& context, const plan::Node& node);

// "-c", "conf/a.conf", and the plan's further arguments.
std::vector<std::string> server_args(const plan::Node& node);

// The longest that a lame duck of this node may take: the larger of the plan's duration and the
// server's own, which is the server's default when its conf does not say or cannot be read.
base::nanoseconds drain_limit(const plan::Plan& plan, const plan::Node& node);

}  // namespace actions
