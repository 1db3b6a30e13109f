#include "exec/process_record.h"

#include "base/files.h"
#include "base/json.h"

namespace exec {

namespace {

fs::path file_in(const fs::path& dir) {
  return dir / "server.json";
}

}  // namespace

base::Result<std::optional<ProcessRecord>> read_record(const fs::path& dir) {
  std::error_code failed;
  if (!fs::exists(file_in(dir), failed)) return std::optional<ProcessRecord>();
  const auto text = TRY(base::read_file(file_in(dir)));
  auto parsed = base::Json::parse(text);
  if (!parsed) return std::move(parsed).error().in(file_in(dir).string());
  const auto& json = *parsed;
  ProcessRecord record;
  record.id.pid = static_cast<int>(json["pid"].integer());
  record.id.start_ticks = json["start_ticks"].unsigned_integer();
  record.release = json["release"].text();
  record.folder = json["folder"].text();
  if (const auto* environment = json.find("environment")) record.environment = environment->texts();
  return std::optional(std::move(record));
}

base::Result<void> write_record(const fs::path& dir, const ProcessRecord& record) {
  auto json = base::Json::object({{"pid", record.id.pid},
                                  {"start_ticks", record.id.start_ticks},
                                  {"release", record.release},
                                  {"folder", record.folder.string()}});
  if (record.environment) json.set("environment", base::Json(*record.environment));
  TRY(base::make_folder(dir));
  return base::write_file(file_in(dir), json.dump_pretty() + "\n", base::FileMode::secret);
}

}  // namespace exec
