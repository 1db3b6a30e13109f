#include "broker/system/services.h"

#include "broker/monitor/snapshot.h"

#include <array>

namespace broker {

namespace {

using base::Json;
using Kind = RequestOption::Kind;

// "subscriptions_detail" comes last: it is the stronger word for the same parameter.
constexpr std::array kConnzOptions = {
    RequestOption{"sort", "sort", Kind::text},
    RequestOption{"auth", "auth", Kind::flag},
    RequestOption{"subscriptions", "subs", Kind::flag},
    RequestOption{"subscriptions_detail", "subs", Kind::detail},
    RequestOption{"offset", "offset", Kind::number},
    RequestOption{"limit", "limit", Kind::number},
    RequestOption{"cid", "cid", Kind::number},
    RequestOption{"state", "state", Kind::state},
    RequestOption{"user", "user", Kind::text},
    RequestOption{"acc", "acc", Kind::text},
    RequestOption{"filter_subject", "filter_subject", Kind::text},
};

constexpr std::array kSubszOptions = {
    RequestOption{"offset", "offset", Kind::number},
    RequestOption{"limit", "limit", Kind::number},
    RequestOption{"subscriptions", "subs", Kind::flag},
    RequestOption{"account", "acc", Kind::text},
    RequestOption{"test", "test", Kind::text},
};

constexpr std::array kRoutezOptions = {
    RequestOption{"subscriptions", "subs", Kind::flag},
    RequestOption{"subscriptions_detail", "subs", Kind::detail},
};

constexpr std::array kGatewayzOptions = {
    RequestOption{"name", "gw_name", Kind::text},
    RequestOption{"accounts", "accs", Kind::flag},
    RequestOption{"account_name", "acc_name", Kind::text},
    RequestOption{"subscriptions", "subs", Kind::flag},
    RequestOption{"subscriptions_detail", "subs", Kind::detail},
};

constexpr std::array kLeafzOptions = {
    RequestOption{"subscriptions", "subs", Kind::flag},
    RequestOption{"account", "acc", Kind::text},
};

constexpr std::array kAccountzOptions = {RequestOption{"account", "acc", Kind::text}};

constexpr std::array kHealthzOptions = {
    RequestOption{"js-enabled", "js-enabled", Kind::flag},
    RequestOption{"js-enabled-only", "js-enabled-only", Kind::flag},
    RequestOption{"js-server-only", "js-server-only", Kind::flag},
    RequestOption{"account", "account", Kind::text},
    RequestOption{"stream", "stream", Kind::text},
    RequestOption{"consumer", "consumer", Kind::text},
    RequestOption{"details", "details", Kind::flag},
};

constexpr std::array kJszOptions = {RequestOption{"leader_only", "leader-only", Kind::flag}};

constexpr std::array kStatisticsOptions = {
    RequestOption{"accounts", "accs", Kind::texts},
    RequestOption{"include_unused", "unused", Kind::flag},
};

constexpr std::span<const RequestOption> kNoOptions = {};

base::Result<Answer> account_info(const Monitored& monitored, const Query& query) {
  Answer answer = TRY(accountz_page(monitored, query));
  answer.value = answer.value["account_detail"];
  return answer;
}

base::Result<Answer> account_jetstream(const Monitored&, const Query&) {
  return base::Error(base::ErrorCode::refused, "jetstream not enabled");
}

// What the payload says before anything is answered: whether it can be read and concerns us.
struct Opened {
  Json payload;
  Reply refusal = {};
  bool ours = true;
};

Opened open(const Desk& desk, const Asked& asked) {
  auto payload = read_payload(asked.payload);
  if (!payload) return {{}, error_answer(desk, 400, payload.error().what)};
  const auto ours = concerns(desk.server, *payload);
  if (!ours) return {{}, error_answer(desk, 400, ours.error().what)};
  return {*std::move(payload), {}, *ours};
}

// Runs `use` on the client of that number; whether there is one.
base::Result<bool> with_client(const Desk& desk,
                               std::uint64_t cid,
                               const std::function<void(ClientSession&)>& use) {
  bool found = false;
  for (const bool here : TRY(ask_every_worker(desk.server.workers(), [cid, use](Worker& worker) {
         bool any = false;
         for_each_client(worker, [&](ClientSession& client) {
           if (client.state().id != cid) return;
           any = true;
           use(client);
         });
         return any;
       }))) {
    found = found || here;
  }
  return found;
}

}  // namespace

std::span<const PageService> server_services() {
  static constexpr std::array kServices = {
      PageService{"VARZ", varz_page, kNoOptions},
      PageService{"SUBSZ", subsz_page, kSubszOptions},
      PageService{"CONNZ", connz_page, kConnzOptions},
      PageService{"ROUTEZ", routez_page, kRoutezOptions},
      PageService{"GATEWAYZ", gatewayz_page, kGatewayzOptions},
      PageService{"LEAFZ", leafz_page, kLeafzOptions},
      PageService{"ACCOUNTZ", accountz_page, kAccountzOptions},
      PageService{"JSZ", jsz_page, kJszOptions},
      PageService{"HEALTHZ", healthz_page, kHealthzOptions},
      PageService{"IPQUEUESZ", ipqueuesz_page, kNoOptions},
      PageService{"RAFTZ", raftz_page, kNoOptions},
  };
  return kServices;
}

std::span<const PageService> account_services() {
  static constexpr std::array kServices = {
      PageService{"SUBSZ", subsz_page, kSubszOptions},
      PageService{"CONNZ", connz_page, kConnzOptions},
      PageService{"LEAFZ", leafz_page, kLeafzOptions},
      PageService{"JSZ", account_jetstream, kNoOptions},
      PageService{"INFO", account_info, kNoOptions},
  };
  return kServices;
}

Json data_answer(const Desk& desk, Json data) {
  Json answer = Json::object({{"server", desk.stamp.next()}});
  if (!data.is_null()) answer.set("data", std::move(data));
  return answer;
}

Json error_answer(const Desk& desk, int code, const std::string& description) {
  return Json::object({{"server", desk.stamp.next()},
                       {"error", Json::object({{"code", code}, {"description", description}})}});
}

Reply serve_page(const Desk& desk,
                 const PageService& service,
                 const Asked& asked,
                 const std::string& account) {
  const Opened opened = open(desk, asked);
  if (opened.refusal || !opened.ours) return opened.refusal;
  auto parameters = read_options(opened.payload, service.options);
  if (!parameters) return error_answer(desk, 400, parameters.error().what);
  if (!account.empty()) {
    (*parameters)["acc"] = account;
    if (service.page == subsz_page) (*parameters)["subs"] = "1";
  }
  auto answer = service.page({desk.server, desk.seen}, Query(*std::move(parameters)));
  if (!answer) return error_answer(desk, 500, answer.error().what);
  if (service.page == healthz_page) answer->value.set("status_code", answer->status);
  return data_answer(desk, std::move(answer->value));
}

Reply serve_account_statistics(const Desk& desk, const Asked& asked, const std::string& account) {
  const Opened opened = open(desk, asked);
  if (opened.refusal || !opened.ours) return opened.refusal;
  auto parameters = read_options(opened.payload, kStatisticsOptions);
  if (!parameters) return error_answer(desk, 400, parameters.error().what);
  if (!account.empty()) (*parameters)["accs"] = account;
  auto answer = accstatz_page({desk.server, desk.seen}, Query(*std::move(parameters)));
  if (!answer) return error_answer(desk, 500, answer.error().what);
  const bool unused = opened.payload["include_unused"].boolean();
  if (answer->value["account_statz"].items().empty() && !unused) return std::nullopt;
  return data_answer(desk, std::move(answer->value));
}

Reply kick_client(const Desk& desk, const Asked& asked) {
  const Opened opened = open(desk, asked);
  if (opened.refusal || !opened.ours) return opened.refusal;
  const auto kicked = with_client(desk,
                                  opened.payload["cid"].unsigned_integer(),
                                  [](ClientSession& client) { client.close(CloseReason::kicked); });
  if (!kicked) return error_answer(desk, 500, kicked.error().what);
  if (!*kicked) return error_answer(desk, 500, "no such client or leafnode id");
  return data_answer(desk, {});
}

Reply send_client_away(const Desk& desk, const Asked& asked) {
  const Opened opened = open(desk, asked);
  if (opened.refusal || !opened.ours) return opened.refusal;
  // Shared: a worker that answers late must not write where nobody looks any more.
  const auto told = std::make_shared<std::atomic<bool>>(false);
  const auto known =
      with_client(desk, opened.payload["cid"].unsigned_integer(), [told](ClientSession& client) {
        *told = client.send_lame_duck_info();
      });
  if (!known) return error_answer(desk, 500, known.error().what);
  if (!*known) return error_answer(desk, 500, "no such client id");
  if (!*told) {
    return error_answer(desk,
                        500,
                        "client does not support Lame Duck Mode or is not ready to receive the "
                        "notification");
  }
  return data_answer(desk, {});
}

}  // namespace broker
