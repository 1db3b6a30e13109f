#pragma once

#include "cli/session.h"

#include <optional>
#include <string>
#include <vector>

// From steps to an exit code: the part that upgrade, resume, rehearse and the commands of the
// temporary node share.
namespace cli {

struct NewRun {
  playbook::Steps steps;
  playbook::Forecast forecast;
  std::string playbook;
  std::string command;   // "upgrade", for people and for the lock
  std::string verified;  // what it means that every step is done: "every member runs 2.10.28"
};

// The options of a command that carries steps out.
struct CarryOptions {
  std::string deadline;    // a duration; empty: none
  bool take_over = false;  // whoever else has left locks on the nodes is dead
  bool kept = true;        // the run stays in the state folder when natsctl has ended
  std::string html;        // the report also goes here; empty: beside the journal only
  // Whether a way back needs the plan's traffic: a cluster in trouble is put back without it too.
  enum class Traffic { counts, shown } traffic = Traffic::counts;
};

struct Carried {
  int exit_code = run::kInternalError;
  std::string run;                 // its id; empty when it did not begin
  std::vector<run::Event> events;  // of the whole run
};

Carried carry_out(Session& session, const NewRun& order, const CarryOptions& options);
Carried carry_on(Session& session, const std::string& run, const CarryOptions& options);

// Aborts a run that no natsctl is carrying out, or rolls it back.
Carried carry_back(Session& session, const std::string& run, run::Wish wish, CarryOptions options);

// Adds --take-over to a command that changes nodes.
void offer_take_over(CLI::App& app, CarryOptions& options);

// A duration of the command line, or a complaint: "--deadline: ...".
std::optional<base::nanoseconds> duration_option(const std::string& name, const std::string& text);

}  // namespace cli
