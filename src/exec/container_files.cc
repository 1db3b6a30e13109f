// ContainerExecutor's verbs about files: in the container by the engine's archives, below DIR on
// this machine.
#include "base/files.h"
#include "base/text.h"
#include "exec/container_executor.h"
#include "exec/tar.h"

#include <fmt/core.h>

namespace exec {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kMostLinks = 8;  // one after the other, before it is a circle
constexpr std::size_t kFrame = 8;
constexpr unsigned kSecret = 0600;
constexpr unsigned kShared = 0644;

bool is_below(const fs::path& file, const fs::path& folder) {
  const auto rest = file.lexically_normal().lexically_relative(folder.lexically_normal());
  return !rest.empty() && *rest.begin() != "..";
}

std::string archive_of(const Container& container, const fs::path& file) {
  return "/containers/" + container.id + "/archive?path=" + url_word(file.string());
}

Result<TarFile> take(Engine& engine, const Container& container, fs::path file) {
  for (int links = 0; links <= kMostLinks; ++links) {
    const auto archive = TRY(engine.ask({.path = archive_of(container, file)}));
    auto found = read_tar(archive);
    if (!found) return std::move(found).error().in(file.string());
    if (found->link.empty()) return found;
    file = (file.parent_path() / found->link).lexically_normal();
  }
  return Error(ErrorCode::invalid, file.string() + ": too many symbolic links");
}

// Where this machine has a file of a container, when it is in a bind mount.
fs::path on_this_machine(const Container& container, const fs::path& file) {
  for (const auto& mount : container.told["Mounts"].items()) {
    const fs::path inside = mount["Destination"].text();
    if (mount["Type"].text() != "bind" || (file != inside && !is_below(file, inside))) continue;
    const fs::path source = mount["Source"].text();
    return file == inside ? source : source / file.lexically_relative(inside);
  }
  return {};
}

Result<void> remove_here(const fs::path& file) {
  std::error_code failed;
  fs::remove(file, failed);
  if (failed)
    return Error(ErrorCode::io, file.string() + ": cannot be removed: " + failed.message());
  return {};
}

}  // namespace

std::string text_of_logs(const std::string& raw) {
  std::string text;
  for (std::size_t at = 0; at + kFrame <= raw.size();) {
    const auto byte = [&](std::size_t index) {
      return static_cast<std::size_t>(static_cast<unsigned char>(raw[at + index]));
    };
    const bool framed = byte(0) <= 2 && byte(1) == 0 && byte(2) == 0 && byte(3) == 0;
    if (!framed) return at == 0 ? raw : text + raw.substr(at);  // of a terminal
    const auto size = byte(4) << 24 | byte(5) << 16 | byte(6) << 8 | byte(7);
    text += raw.substr(at + kFrame, size);
    at += kFrame + size;
  }
  return text;
}

bool ContainerExecutor::is_of_this_machine(const fs::path& file) const {
  return is_below(file, dir_);
}

Result<std::string> ContainerExecutor::read_file(const fs::path& file) {
  if (is_of_this_machine(file)) return base::read_file(file);
  const auto own = TRY(container());
  auto found = take(*engine_, own, file);
  if (!found) return std::move(found).error().in(own.name);
  return std::move(found->text);
}

Result<void> ContainerExecutor::write_file(const fs::path& file,
                                           const std::string& text,
                                           bool secret) {
  if (is_of_this_machine(file)) {
    TRY(base::make_folder(file.parent_path()));
    return base::write_file(file, text, secret ? base::FileMode::secret : base::FileMode::shared);
  }
  const auto own = TRY(container());
  // Whoever could read it before still can.
  const auto before = take(*engine_, own, file);
  if (!before && before.error().code != ErrorCode::not_found)
    return Error(before.error()).in(own.name);
  TarFile entry = before ? *before : TarFile();
  if (!before) entry.mode = secret ? kSecret : kShared;
  entry.name = file.filename().string();
  entry.text = text;
  auto written = engine_->ask({.method = "PUT",
                               .path = archive_of(own, file.parent_path()),
                               .body = write_tar(entry),
                               .type = "application/x-tar"});
  if (!written) return std::move(written).error().in(own.name + ": " + file.string());
  return {};
}

Result<void> ContainerExecutor::remove_file(const fs::path& file) {
  if (is_of_this_machine(file)) return remove_here(file);
  const auto own = TRY(container());
  if (const auto here = on_this_machine(own, file); !here.empty()) return remove_here(here);
  const auto there = take(*engine_, own, file);
  if (!there && there.error().code == ErrorCode::not_found) return {};
  return Error(ErrorCode::refused,
               fmt::format("{}: {}: an engine removes no single file of a container; it is in no "
                           "bind mount",
                           own.name,
                           file.string()));
}

std::string ContainerExecutor::last_output(int lines) {
  const auto record = read_container_record(dir_);
  const auto of = record && !record->container.empty() ? record->container : name_;
  const auto raw = engine_->ask(
      {.path = fmt::format("/containers/{}/logs?stdout=1&stderr=1&tail={}", url_word(of), lines)});
  return raw ? std::string(base::trim(text_of_logs(*raw))) : std::string();
}

}  // namespace exec
