#include "broker/monitor/endpoints.h"

#include <fmt/core.h>

namespace broker {

// For people with a browser: the way to the other pages.
base::Result<Answer> home_page(const Monitored& monitored, const Query&) {
  struct PageLink {
    const char* page;
    const char* title;
  };

  constexpr PageLink kLinks[] = {{"varz", "General"},
                                 {"connz", "Connections"},
                                 {"routez", "Routes"},
                                 {"subsz", "Subscriptions"},
                                 {"accountz", "Accounts"},
                                 {"accstatz", "Account statistics"},
                                 {"leafz", "Leaf nodes"},
                                 {"gatewayz", "Gateways"},
                                 {"jsz", "JetStream"},
                                 {"healthz", "Health"}};
  std::string list;
  for (const PageLink& link : kLinks)
    list += fmt::format("<li><a href=\"./{}\">{}</a></li>\n", link.page, link.title);
  return Answer{
      .type = "text/html; charset=utf-8",
      .body = fmt::format(
          "<!doctype html>\n<html lang=\"en\">\n<head><title>nats-broker {0}</title></head>\n"
          "<body>\n<h1>nats-broker {0}</h1>\n<ul>\n{1}</ul>\n</body>\n</html>\n",
          monitored.server.options()->version,
          list)};
}

}  // namespace broker
