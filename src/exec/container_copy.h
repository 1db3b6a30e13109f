#pragma once

#include "base/json.h"
#include "exec/container.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

// A container like another one, with another image. Pure.
namespace exec {

// What to ask of an engine: /containers/create with this body, then /networks/NAME/connect for each
// network beyond the one that the body has (engines before API 1.44 take one there).
struct Recipe {
  base::Json body;
  std::vector<std::pair<std::string, base::Json>> networks;
};

struct CopyWish {
  std::string image;     // what the copy runs: a name or an id
  std::string image_id;  // its id
  base::Json restart;    // restart_policy_of() before natsctl held it
  // By network: the addresses to ask for, where the model does not say whether it did.
  std::map<std::string, std::string> addresses = {};
};

// Mounts (volumes without a name too), networks with their aliases and fixed addresses, ports,
// environment, labels, health check, limits, user, command: all as `model` has it. What only its
// image said (`old_image`: /images/ID/json) is left to the new image.
Recipe copy_of(const Container& model, const base::Json& old_image, const CopyWish& wish);

// The program of an image, asked something ("-v") where the node's files are: its mounts, read
// only, and no network. Without a model: nothing of a node's.
base::Json trial(const Container* model,
                 const base::Json& image,
                 const std::vector<std::string>& args);

}  // namespace exec
