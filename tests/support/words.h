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
                  {"step-down", "gives what the node leads of JetStream to others", {}, true},
                  {"spread-leaders", "evens out who leads JetStream"},
                  {"drain", "sends the server's clients to the others", {}, true},
                  {"rebalance", "evens clients out", {"max_over_mean"}},
                  {"lame-duck", "asks the server to send its clients away", {}, true},
                  {"stop-node", "stops the server", {}, true},
                  {"install-release", "makes the staged release the active one", {}, true},
                  {"start-node", "starts the active release", {}, true},
                  {"clients-back", "waits for the clients that were sent away", {}, true},
                  {"revert-release", "makes the release active that was so before", {}, true},
                  {"run-command", "runs the operator's own command", {"command"}},
                  {"soak", "waits and looks", {"for"}},
                  {"verify", "looks at the whole cluster at the end"},
              },
          .conditions = {
              {"new-server-id", "the server is another process than before"},
              {"version-is-release", "it reports the release"},
              {"version-is-old", "it reports what it ran before"},
              {"identity-as-planned", "it is who the plan says"},
              {"mesh-full", "every server has a route to every other"},
              {"gateways-back", "it has its gateways"},
              {"leafs-back", "leaf nodes are connected as before"},
              {"healthz-ok", "/healthz says ok"},
              {"healthz-ok-or-catching-up", "/healthz says ok, or that it catches up"},
              {"routes-complete", "routes have all their connections"},
              {"routes-steady", "no route is new"},
              {"clients-moved", "no client is left on it"},
              {"room-for-clients", "the others may take the clients"},
              {"temp-joined", "the temporary node has a route to every member"},
              {"clients-know-temp", "members tell their clients of the temporary node"},
              {"same-users", "the temporary node has the users of a member"},
              {"temp-gone", "the temporary node has ended and no server has a trace of it"},
              {"others-green", "every other member is well"},
              {"connections-back", "as many clients as before"},
              {"slow-consumers-settled", "no more slow consumers than before"},
              {"api-errors-settled", "no more API errors than before"},
              {"clients-let-in", "it refuses no clients that were let in before"},
              {"jetstream-enabled", "JetStream is at work"},
              {"meta-leader-agreed", "one meta leader"},
              {"meta-size", "the meta group has the right peers"},
              {"meta-peers-current", "they are current"},
              {"groups-led", "every group has a leader"},
              {"groups-complete", "every group has its copies"},
              {"groups-current", "they are current"},
              {"sequences-caught-up", "every copy has what its leader had"},
              {"streams-kept", "no message is lost"},
              {"consumers-kept", "no acknowledgement is lost"},
              {"meta-quorum-kept", "the meta group can do without the node"},
              {"groups-quorum-kept", "every group can do without the node"},
              {"few-copies-accepted", "the plan accepts what is away"},
              {"memory-copies-accepted", "the plan accepts what is lost"},
          }};
}

}  // namespace support
