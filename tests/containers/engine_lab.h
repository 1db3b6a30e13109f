#pragma once

#include "exec/engine.h"
#include "tests/support/executor_promises.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace containers {

// A private Docker or Podman (the script tests/containers/engine), gone with this object and with
// all of its containers. From its making on the test's own network is that where their ports are
// published.
class EngineLab {
 public:
  explicit EngineLab(std::string type);  // "docker", "podman"
  ~EngineLab();
  EngineLab(const EngineLab&) = delete;
  EngineLab& operator=(const EngineLab&) = delete;

  const std::string& type() const { return type_; }

  std::filesystem::path socket() const;
  plan::ExecutorSpec container(const std::string& name, const std::filesystem::path& dir) const;

  // An image of a server, as a file of `docker save`; and at the engine. Folders are made in it.
  std::filesystem::path archive_of(const support::Release& release,
                                   const std::string& name,
                                   const std::vector<std::string>& folders = {}) const;
  void load(const std::filesystem::path& archive);

  // The engine's own answers; they throw when it says no.
  base::Json get(const std::string& path);
  base::Json post(const std::string& path, const base::Json& body = {});
  void remove(const std::string& container);  // also when it runs, or is not there
  base::Json inspect(const std::string& container);

  void restart() const;  // of the engine, not of its containers

 private:
  std::string script(const std::vector<std::string>& words) const;

  std::string type_;
  std::string id_;
  support::TempDir folder_;
  std::unique_ptr<exec::Engine> engine_;
  int own_network_;  // the test's, to go back to
};

std::string image_of(const support::Release& release);  // "natsctl-lab:2.9.10"

// A node whose server is a container in the engine's own network.
struct ContainerMachine : support::Machine {
  explicit ContainerMachine(EngineLab& lab);
  ~ContainerMachine() override;

  void start_foreign() override;
  void stop_foreign() override;
  plan::Release to_stage(const support::Release& release) const override;
  plan::Release not_meant(plan::Release release) const override;

  EngineLab& engine;
  support::TempDir folder;
};

}  // namespace containers
