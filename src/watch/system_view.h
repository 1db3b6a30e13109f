#pragma once

#include "plan/plan.h"
#include "watch/asking.h"
#include "watch/system_account.h"

#include <string>

namespace watch {

// A server without a monitoring port, asked through the system account. It is known by its name;
// its id is learnt, and learnt anew after each of its starts.
//
// Silence alone does not say that it has ended: it may have lost its routes. It has when besides
// nobody listens on its route port (a lame duck still does) or, without one, its client port.
class SystemView final : public Asking {
 public:
  SystemView(SystemAccount& system, plan::Node node);  // the account outlives the view

  base::Result<base::Json> ask(Question question,
                               const base::Json& options,
                               base::nanoseconds patience) override;

 private:
  base::Result<base::Json> first_varz(base::nanoseconds patience);
  base::Error silence() const;

  SystemAccount& system_;
  plan::Node node_;
  std::string id_;  // empty: not known
};

}  // namespace watch
