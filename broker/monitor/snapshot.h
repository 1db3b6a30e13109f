#pragma once

#include "base/result.h"
#include "broker/cluster/route_session.h"
#include "broker/exchange/worker.h"
#include "broker/gateway/gateway_session.h"
#include "broker/leaf/leaf_session.h"
#include "broker/sessions/client_session.h"

#include <chrono>
#include <future>
#include <vector>

// What the workers know, each asked on its own loop, the answers put together.
//
// Threads: any but a worker's.
namespace broker {

// As Workers::ask_all(), but gives up: a worker that does not answer any more, because the server
// ends, must not hold up whoever asks over HTTP.
template <class Question>
auto ask_every_worker(Workers& workers, const Question& question)
    -> base::Result<std::vector<std::invoke_result_t<Question, Worker&>>> {
  using Part = std::invoke_result_t<Question, Worker&>;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  std::vector<std::future<Part>> futures;
  for (unsigned i = 0; i < workers.size(); ++i)
    futures.push_back(workers.at(i).ask(question));
  std::vector<Part> answers;
  for (auto& future : futures) {
    if (future.wait_until(deadline) != std::future_status::ready) {
      return base::Error(base::ErrorCode::timeout, "the server is busy or ends");
    }
    answers.push_back(future.get());
  }
  return answers;
}

enum class Subscriptions { left_out, listed };

base::Result<std::vector<SessionState>> client_states(Workers& workers,
                                                      Subscriptions subscriptions);
base::Result<std::vector<RouteState>> route_states(Workers& workers, Subscriptions subscriptions);
base::Result<std::vector<GatewayState>> gateway_states(Workers& workers);
base::Result<std::vector<LeafState>> leaf_states(Workers& workers, Subscriptions subscriptions);
base::Result<Counters> total_counters(Workers& workers);

}  // namespace broker
