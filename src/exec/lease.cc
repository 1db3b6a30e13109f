#include "exec/lease.h"

#include "exec/node_lock.h"

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr int kTakeTries = 10;  // of several natsctl that come at once
constexpr const char* kLock = "natsctl/lock";

Json lease(const std::string& name, const Executor::Lock& lock) {
  const auto meta =
      Json::object({{"name", name}, {"annotations", Json::object({{kLock, lock_text(lock)}})}});
  return Json::object({{"apiVersion", "coordination.k8s.io/v1"},
                       {"kind", "Lease"},
                       {"metadata", meta},
                       {"spec", Json::object({{"holderIdentity", lock.owner}})}});
}

}  // namespace

Result<std::optional<Executor::Lock>> lease_lock(Kubectl& kubectl, const std::string& name) {
  const auto told = kubectl.get("lease", name);
  if (!told && told.error().code == ErrorCode::not_found) return std::optional<Executor::Lock>();
  if (!told) return told.error();
  const auto text = (*told)["metadata"]["annotations"][kLock].text();
  if (text.empty()) return std::optional<Executor::Lock>();
  return std::optional(TRY(parse_lock(text, "Lease " + name)));
}

Result<void> take_lease(Kubectl& kubectl,
                        const std::string& name,
                        const Executor::Lock& lock,
                        base::WallTime now) {
  for (int left = kTakeTries;; --left) {
    auto wanted = lease(name, lock);
    const auto told = kubectl.get("lease", name);
    if (!told && told.error().code != ErrorCode::not_found) return told.error();
    if (told) {
      const auto text = (*told)["metadata"]["annotations"][kLock].text();
      if (!text.empty()) {
        const auto held = TRY(parse_lock(text, "Lease " + name));
        TRY(may_take(held, lock, now, "Lease " + name));
      }
      auto meta = wanted["metadata"];
      meta.set("resourceVersion", (*told)["metadata"]["resourceVersion"]);
      wanted.set("metadata", meta);
    }
    const auto taken = told ? kubectl.replace(wanted) : kubectl.create(wanted);
    if (taken) return {};
    const bool again =
        taken.error().code == ErrorCode::protocol || taken.error().code == ErrorCode::not_found;
    if (!again || left == 0) return taken.error();
  }
}

Result<void> remove_lease(Kubectl& kubectl, const std::string& name) {
  const auto told = kubectl.get("lease", name);
  if (!told) return told.error().code == ErrorCode::not_found ? Result<void>() : told.error();
  return kubectl.remove(*told);
}

}  // namespace exec
