#pragma once

#include "base/clock.h"
#include "watch/nats_connection.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// How the probe's careful clients move between servers: they are on the new one before they leave
// the old one. See traffic_probe.h.
namespace watch {

// With this the names of all its clients begin, so that they are told from those that servers are
// for.
inline constexpr std::string_view kProbeName = "natsctl probe";
inline constexpr const char* kPlainName = "natsctl probe, plain";  // they do not move by themselves

// The servers to choose from, and what may be known of them.
struct ServerList {
  std::vector<std::string> urls;
  plan::Access access;
  std::string subject;
};

// A connection to one server that ends with it.
struct Leg {
  std::size_t server = 0;                      // its place in the list
  std::shared_ptr<std::atomic<bool>> leaving;  // it asked its clients to go, or is lost
  std::unique_ptr<NatsConnection> connection;

  bool stays() const { return !leaving->load(); }
};

base::Result<Leg> open_leg(const ServerList& servers, std::size_t server, const std::string& name);

// Chooses a client's servers. Each has one where it belongs, its home: there it goes whenever that
// server can be had, so that every server has clients of each kind again soon after it started.
class Itinerary {
 public:
  // How often a client that is away looks whether its home is back.
  static constexpr base::nanoseconds kHomePace = std::chrono::seconds(1);

  // The list and the clock outlive it. `home` may be any number: it is taken round the list.
  Itinerary(const ServerList& servers, base::Clock& clock, std::size_t home, std::string name);

  std::size_t home() const { return home_; }

  // The first that can be had of those that `is_wanted`, round the list from the one after the last
  // on, beginning with the home; the error of the last that was tried.
  template <class IsWanted>
  base::Result<Leg> anywhere(const IsWanted& is_wanted) {
    base::Error last(base::ErrorCode::not_found, "no other server to go to");
    for (std::size_t tries = 0; tries < servers_.urls.size(); ++tries) {
      const auto server = (next_ + tries) % servers_.urls.size();
      if (!is_wanted(server)) continue;
      auto leg = open_leg(servers_, server, name_);
      if (leg) {
        next_ = server + 1;
        return leg;
      }
      last = std::move(leg).error();
    }
    return last;
  }

  // The home, when it can be had and it is time to try.
  std::optional<Leg> way_home();

 private:
  const ServerList& servers_;
  base::Clock& clock_;
  std::size_t home_;
  std::string name_;
  std::size_t next_;
  base::Time not_before_ = {};
};

}  // namespace watch
