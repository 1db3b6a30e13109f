#include "broker/system/claims_answers.h"

#include "base/log.h"
#include "base/text.h"

namespace broker {

using base::Json;

std::string claimed_account(const std::string& subject) {
  const auto tokens = base::split(subject, '.');
  if (tokens.size() == 6) return tokens[3];
  return tokens.size() == 5 ? tokens[2] : std::string{};
}

Json claims_taken(const Desk& desk, const std::string& account, const std::string& message) {
  base::log::debug("{} - {}", message, account);
  Json data = Json::object();
  if (!account.empty()) data.set("account", account);
  data.set("code", 200);
  data.set("message", message);
  return Json::object({{"data", std::move(data)}, {"server", desk.stamp.next()}});
}

Json claims_refused(const Desk& desk,
                    const std::string& account,
                    const std::string& message,
                    const std::string& why) {
  base::log::error("{} - {} - {}", message, account, why);
  Json error = Json::object();
  if (!account.empty()) error.set("account", account);
  error.set("code", 500);
  error.set("description", message + " - " + why);
  return Json::object({{"error", std::move(error)}, {"server", desk.stamp.next()}});
}

}  // namespace broker
