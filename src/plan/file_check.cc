#include "base/digest.h"
#include "plan/plan_check.h"

#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace plan {

namespace {

// Empty: it is a file that can be read.
std::string why_no_file(const fs::path& file) {
  std::error_code failure;
  const auto status = fs::status(file, failure);
  if (!fs::exists(status)) return fmt::format("there is no file {}", file.string());
  if (!fs::is_regular_file(status)) return fmt::format("{} is not a file", file.string());
  if (::access(file.c_str(), R_OK) != 0)
    return fmt::format("{} cannot be read by this user", file.string());
  return {};
}

class FileCheck {
 public:
  FileCheck(const Places& places, base::Problems& problems)
      : places_(places), problems_(problems) {}

  void file(const std::string& path, const fs::path& file, const std::string& hint) {
    if (file.empty()) return;
    const auto why = why_no_file(file);
    if (!why.empty()) add(path, why, hint);
  }

  void program(const std::string& path, const fs::path& file, const std::string& sha256) {
    if (file.empty()) return;
    const auto why = why_no_file(file);
    if (!why.empty()) return add(path, why, "a relative path starts at the plan's folder");
    if (::access(file.c_str(), X_OK) != 0) {
      return add(path,
                 fmt::format("{} cannot be executed", file.string()),
                 fmt::format("chmod +x {}", file.string()));
    }
    if (sha256.empty()) return;
    const auto digest = base::sha256_of_file(file);
    if (!digest) return add(path, digest.error().what, "");
    if (*digest == sha256) return;
    add("release.sha256",
        fmt::format("{} has another SHA-256: {}", file.string(), *digest),
        "this is not the program that was meant, or it is damaged");
  }

 private:
  void add(const std::string& path, const std::string& what, const std::string& hint) {
    problems_.push_back(places_.problem(path, what, hint));
  }

  const Places& places_;
  base::Problems& problems_;
};

void check_files_of(const Access& access, const std::string& where, FileCheck& check) {
  const std::string hint = "natsctl's own clients need it to log in";
  check.file(where + ".password_file", access.password.file, hint);
  check.file(where + ".token_file", access.token.file, hint);
  check.file(where + ".nkey_file", access.nkey.file, hint);
  check.file(where + ".creds", access.creds, hint);
  check.file(where + ".ca", access.ca, hint);
  check.file(where + ".cert", access.cert, hint);
  check.file(where + ".key", access.key, hint);
}

}  // namespace

base::Problems check_files(const Plan& plan, const Places& places) {
  base::Problems problems;
  FileCheck check(places, problems);
  check.program("release.binary", plan.release.binary, plan.release.sha256);
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    if (plan.nodes[i].executor.has_files_of_its_own()) continue;  // it lies there; `check` looks
    check.file(fmt::format("nodes[{}].config", i),
               plan.nodes[i].config,
               "a relative path starts at the plan's folder");
  }
  check.file("release.image_archive",
             plan.release.image_archive,
             "`docker save IMAGE -o FILE` writes one");
  if (plan.temp_node) check.program("temp_node.binary", plan.temp_node->binary, "");
  check_files_of(plan.access, "access", check);
  if (plan.system) check_files_of(*plan.system, "system", check);
  if (plan.probe) check_files_of(plan.probe->access, "probe.access", check);
  const fs::path playbook = plan.policy.playbook;
  if (playbook.is_absolute())
    check.file("policy.playbook", playbook, "or give the name of a shipped playbook");
  return problems;
}

}  // namespace plan
