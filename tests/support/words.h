#pragma once

#include "playbook/vocabulary.h"

namespace support {

// The words that playbooks use, for tests that have no action table at hand. Tests of natsctl's own
// tables compare the two.
inline playbook::Vocabulary words() {
  return {.actions =
              {
                  {"preflight", "looks at the whole cluster before anything changes"},
                  {"stage-release", "puts the release beside the active one on every node"},
                  {"add-temp-node", "starts the temporary node"},
                  {"remove-temp-node", "drains the temporary node and takes it away"},
                  {"check", "changes nothing: waits for its gate"},
                  {"lame-duck", "asks the server to send its clients away", {}, true},
                  {"stop-node", "stops the server", {}, true},
                  {"install-release", "makes the staged release the active one", {}, true},
                  {"start-node", "starts the active release", {}, true},
                  {"revert-release", "makes the release active that was so before", {}, true},
                  {"run-command", "runs the operator's own command", {"command"}},
                  {"soak", "waits and looks", {"for"}},
                  {"verify", "looks at the whole cluster at the end"},
              },
          .conditions = {
              {"new-server-id", "the server is another process than before"},
              {"version-is-release", "it reports the release"},
              {"version-is-old", "it reports what it ran before"},
              {"mesh-full", "every server has a route to every other"},
              {"healthz-ok", "/healthz says ok"},
              {"clients-moved", "no client is left on it"},
              {"temp-joined", "the temporary node has a route to every member"},
              {"clients-know-temp", "members tell their clients of the temporary node"},
              {"same-users", "the temporary node has the users of a member"},
              {"temp-gone", "the temporary node has ended and no member has a route to it"},
              {"others-green", "every other member is well"},
          }};
}

}  // namespace support
