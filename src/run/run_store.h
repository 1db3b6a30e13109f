#pragma once

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "run/run_state.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// Where natsctl keeps what must outlive it: one folder a run, and the lock that lets one run at a
// time.
//
//   STATE/lock             held by the natsctl that changes something; freed when it ends,
//                          however it ends
//   STATE/runs/20261123-071530-demo-5c0f1e/
//           journal.jsonl
//           plan.yaml      the plan as it was
//           report.html    written at the end
//           wish           what `natsctl pause`, `abort` or `rollback` ask of a run at work
namespace run {

namespace fs = std::filesystem;

class RunStore {
 public:
  explicit RunStore(fs::path folder) : folder_(std::move(folder)) {}

  // $XDG_STATE_HOME/natsctl, else ~/.local/state/natsctl.
  static fs::path default_folder();

  // A new run's id and its folder. The id tells when and where, sorts after every older one of this
  // store (a second run of the same second is named after the next), and is no other store's.
  base::Result<std::string> add(const std::string& cluster, base::WallTime now);

  std::vector<std::string> runs() const;  // the oldest first

  // The run of that id or, when `id` is empty, the newest one. An id may be shortened while it is
  // one run's only.
  base::Result<std::string> find(const std::string& id) const;

  fs::path folder() const { return folder_; }

  fs::path folder_of(const std::string& run) const { return folder_ / "runs" / run; }

  fs::path journal_of(const std::string& run) const { return folder_of(run) / "journal.jsonl"; }

  fs::path plan_of(const std::string& run) const { return folder_of(run) / "plan.yaml"; }

  fs::path report_of(const std::string& run) const { return folder_of(run) / "report.html"; }

  // The natsctl that holds the lock.
  struct Holder {
    std::string who;  // "natsctl upgrade, process 4711"
    std::string run;  // what it carries out; empty: not known yet
  };

  // refused while another natsctl holds it, with the one that does.
  base::Result<base::FileLock> lock(const Holder& holder) const;

  // By who holds the lock, once it knows its run.
  base::Result<void> name_holder(const Holder& holder) const;

  // Who holds the lock now; nothing: it is free.
  std::optional<Holder> holder() const;

  // What a person asks of a run that another natsctl carries out; the last one counts.
  base::Result<void> ask(const std::string& run, Wish wish) const;
  std::optional<Wish> asked(const std::string& run) const;
  void forget_what_was_asked(const std::string& run) const;

 private:
  fs::path folder_;
};

}  // namespace run
