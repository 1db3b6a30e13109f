#include "exec/container_record.h"

#include "base/files.h"

namespace exec {

namespace fs = std::filesystem;
using base::Json;

namespace {

fs::path record_in(const fs::path& dir) {
  return dir / "container.json";
}

}  // namespace

base::Result<ContainerRecord> read_container_record(const fs::path& dir) {
  ContainerRecord record;
  std::error_code failed;
  if (!fs::exists(record_in(dir), failed)) return record;
  const auto text = TRY(base::read_file(record_in(dir)));
  const auto parsed = Json::parse(text);
  if (!parsed) return base::Error(parsed.error()).in(record_in(dir).string());
  const auto& json = *parsed;
  for (const auto& [version, staged] : json["releases"].fields())
    record.releases[version] = {staged["id"].text(), staged["image"].text()};
  record.active = json["active"].text();
  record.previous = json["previous"].text();
  record.container = json["container"].text();
  record.release = json["release"].text();
  for (const auto& [network, address] : json["addresses"].fields())
    record.addresses[network] = address.text();
  for (const auto& [container, policy] : json["restart"].fields())
    record.restart[container] = policy;
  return record;
}

base::Result<void> write_container_record(const fs::path& dir, const ContainerRecord& record) {
  auto releases = Json::object();
  for (const auto& [version, staged] : record.releases)
    releases.set(version, Json::object({{"id", staged.id}, {"image", staged.image}}));
  auto addresses = Json::object();
  for (const auto& [network, address] : record.addresses)
    addresses.set(network, address);
  auto restart = Json::object();
  for (const auto& [container, policy] : record.restart)
    restart.set(container, policy);
  const auto json = Json::object({{"releases", releases},
                                  {"active", record.active},
                                  {"previous", record.previous},
                                  {"container", record.container},
                                  {"release", record.release},
                                  {"addresses", addresses},
                                  {"restart", restart}});
  TRY(base::make_folder(dir));
  return base::write_file(record_in(dir), json.dump_pretty() + "\n");
}

base::Result<void> remove_container_record(const fs::path& dir) {
  std::error_code failed;
  fs::remove(record_in(dir), failed);
  if (failed)
    return base::Error(base::ErrorCode::io,
                       record_in(dir).string() + ": cannot be removed: " + failed.message());
  return {};
}

}  // namespace exec
