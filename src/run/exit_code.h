#pragma once

// How a run, and with it natsctl, ends. A CI job branches on these numbers; they never change their
// meaning.
namespace run {

// Every member shows the release, a new server id, the planned conf, a full mesh.
inline constexpr int kVerified = 0;
inline constexpr int kInternalError = 1;
inline constexpr int kUsage = 2;        // usage, plan or playbook wrong
inline constexpr int kCheckFailed = 3;  // nothing was changed
inline constexpr int kPaused = 4;       // waiting for a person
inline constexpr int kHalted = 5;       // a gate failed; the cluster serves, with two releases
inline constexpr int kRolledBack = 6;
inline constexpr int kManualWork = 7;  // taking back failed too: a person must look
inline constexpr int kLocked = 8;      // another run holds the lock
inline constexpr int kMessagesLost =
    9;  // messages were lost, or are not proven to have arrived in time
inline constexpr int kAborted = 10;
inline constexpr int kPlanOutdated = 11;  // the cluster no longer fits the plan
inline constexpr int kDeadline = 124;
inline constexpr int kInterrupted = 130;  // at a safe point; resumable

}  // namespace run
