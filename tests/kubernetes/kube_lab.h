#pragma once

#include "base/json.h"
#include "tests/support/executor_promises.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <string>
#include <vector>

namespace kubernetes {

// How a command ended, and what it wrote.
struct Said {
  int exit_code = -1;
  std::string text;

  bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
};

// A private Kubernetes (the script tests/kubernetes/cluster), gone with this object. From its
// making on the test's own network is that of its Pods; their names are known where exec() and
// start() run.
class KubeLab {
 public:
  KubeLab();
  ~KubeLab();
  KubeLab(const KubeLab&) = delete;
  KubeLab& operator=(const KubeLab&) = delete;

  // With folders that are made in it.
  void image(const std::filesystem::path& binary,
             const std::string& name,
             const std::vector<std::string>& folders = {}) const;
  Said exec(const std::vector<std::string>& words) const;            // to its end, there
  std::string kubectl(const std::vector<std::string>& words) const;  // throws when it says no
  base::Json get(const std::string& kind, const std::string& name) const;
  void apply(const std::string& yaml) const;
  std::string user() const;  // a kubeconfig of the user natsctl, who has no right by himself
  void api(const std::string& what) const;  // "stop", "start"

  // Starts it there; its pid is that of the program itself.
  int start(const std::vector<std::string>& words, const std::filesystem::path& log) const;

  std::filesystem::path kubeconfig() const;
  std::string program() const;  // its kubectl

 private:
  Said script(const std::vector<std::string>& words) const;

  std::string id_;
  support::TempDir folder_;
  int own_network_;
};

std::string image_of(const support::Release& release);  // "localhost/nats:2.9.10"

}  // namespace kubernetes
