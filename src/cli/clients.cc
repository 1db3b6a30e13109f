// sub, pub and request: small clients, so that the tutorial needs nothing else.
#include "base/clock.h"
#include "cli/session.h"
#include "plan/nats_context.h"
#include "report/event_line.h"
#include "watch/simple_client.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

struct Options {
  std::vector<std::string> servers;
  std::string subject;
  std::string data;
  std::string queue;
  int count = 0;
  std::string every = "0s";
  std::string timeout = "2s";
};

std::shared_ptr<Options> client_options(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option(
         "-s,--server",
         options->servers,
         "nats://HOST:PORT, more than one after commas; default the context's, or 127.0.0.1:4222")
      ->delimiter(',')
      ->allow_extra_args(false)  // what follows is the subject, not one more server
      ->envname("NATS_URL")
      ->type_name("URL");
  app.add_option("SUBJECT", options->subject, "a subject")->required()->type_name("");
  return options;
}

watch::ClientSettings settings_of(const Globals& globals, const Options& options) {
  watch::ClientSettings settings;
  auto servers = options.servers;
  if (servers.empty() && !globals.access.context.empty()) {
    // A context that cannot be read is told by the connection.
    if (const auto context = plan::read_nats_context(globals.access.context))
      servers = context->urls;
  }
  if (servers.empty()) servers = {"nats://127.0.0.1:4222"};
  for (const auto& server : servers) {
    settings.servers.push_back(server.find("://") == std::string::npos ? "nats://" + server
                                                                       : server);
  }
  settings.access = globals.access;
  if (const auto timeout = base::parse_duration(options.timeout)) settings.timeout = *timeout;
  return settings;
}

// "{n}" in a text is the message's number.
std::string numbered(const std::string& text, int number) {
  const auto at = text.find("{n}");
  return at == std::string::npos
             ? text
             : text.substr(0, at) + std::to_string(number) + text.substr(at + 3);
}

int sub(const Globals& globals, const Options& options) {
  const auto clock = base::system_clock();
  watch::Hearing hearing;
  hearing.most = options.count;
  hearing.message = [&](const watch::Message& message) {
    if (globals.output == report::Output::text) {
      say(fmt::format(
          "{}  {}  {}", report::time_of_day(clock->wall()), message.subject, message.data));
    } else {
      say(base::Json::object(
              {{"subject", message.subject}, {"reply", message.reply}, {"data", message.data}})
              .dump());
    }
  };
  hearing.news = [](const std::string& sentence) { complain(sentence); };
  const auto heard = watch::subscribe(
      settings_of(globals, options), options.subject, options.queue, hearing, globals.gentle());
  return heard ? run::kVerified : fail(heard.error(), run::kInternalError);
}

int pub(const Globals& globals, const Options& options) {
  const auto every = base::parse_duration(options.every);
  if (!every) return fail(base::Error(every.error()).in("--every"), run::kUsage);
  const auto clock = base::system_clock();
  const auto settings = settings_of(globals, options);
  const int count = std::max(1, options.count);
  int number = 0;
  const auto next = [&]() -> std::optional<std::string> {
    if (number == count) return {};
    if (number > 0 && !clock->wait(*every, globals.gentle())) return {};
    return numbered(options.data, ++number);
  };
  if (auto sent = watch::publish(settings, options.subject, next, globals.gentle()); !sent) {
    return fail(sent.error(), run::kInternalError);
  }
  return number == count ? run::kVerified : run::kInterrupted;
}

int request(const Globals& globals, const Options& options) {
  if (const auto timeout = base::parse_duration(options.timeout); !timeout) {
    return fail(base::Error(timeout.error()).in("--timeout"), run::kUsage);
  }
  const auto answer = watch::request(settings_of(globals, options), options.subject, options.data);
  if (!answer) return fail(answer.error(), run::kInternalError);
  say(*answer);
  return run::kVerified;
}

}  // namespace

Command sub_command() {
  return {"sub", "prints what is published on a subject", [](CLI::App& app) -> Run {
            auto options = client_options(app);
            app.add_option("--queue", options->queue, "as a member of this queue group")
                ->type_name("GROUP");
            app.add_option("--count", options->count, "end after so many messages")->type_name("N");
            return [options](const Globals& globals) { return sub(globals, *options); };
          }};
}

Command pub_command() {
  return {"pub", "publishes a message, or many", [](CLI::App& app) -> Run {
            auto options = client_options(app);
            app.add_option("DATA", options->data, "the message; {n} in it is its number")
                ->type_name("");
            app.add_option("--count", options->count, "so many messages")->type_name("N");
            app.add_option("--every", options->every, "pause between them")->type_name("DURATION");
            return [options](const Globals& globals) { return pub(globals, *options); };
          }};
}

Command request_command() {
  return {
      "request", "sends a request and prints the answer", [](CLI::App& app) -> Run {
        auto options = client_options(app);
        app.add_option("DATA", options->data, "the message")->type_name("");
        app.add_option("--timeout", options->timeout, "how long it waits")->type_name("DURATION");
        return [options](const Globals& globals) { return request(globals, *options); };
      }};
}

}  // namespace cli
