#pragma once

#include "exec/container.h"

#include <optional>
#include <string>
#include <vector>

// How the container of a release comes into the node's name, and the one before out of it and back.
// Pure.
//
//   NAME                    the node's container, as people and Compose know it
//   NAME.natsctl-previous   the one before, stopped: the way back
//   NAME.natsctl-new        being made: nothing in it counts before it has another name
//
// An engine has no step that exchanges two names, so there are moments when nothing has the name.
// natsctl may be killed in any of them: what is to be done is found by looking at what is there,
// never by remembering how far it was.
namespace exec {

// In a container that natsctl made: the id of the one that it was made after.
inline constexpr const char* kMadeAfter = "natsctl.made-after";

struct Shelf {
  std::optional<Container> current;
  std::optional<Container> fresh;
  std::optional<Container> previous;
};

struct Move {
  enum class What {
    create,  // NAME.natsctl-new, after `of`
    rename,  // `of` becomes `to`
    remove,  // `of`
  };

  What what = What::create;
  std::string of;  // a name
  std::string to = {};

  bool operator==(const Move&) const = default;
};

std::string fresh_name(const std::string& name);
std::string previous_name(const std::string& name);

// What makes a container of this image have the name; nothing: it has it. An error when there is no
// container at all to make one after.
base::Result<std::vector<Move>> moves(const std::string& name,
                                      const Shelf& shelf,
                                      const std::string& image);

// What ends natsctl's part: the name has its container, and nothing else is there.
std::vector<Move> moves_to_forget(const std::string& name, const Shelf& shelf);

}  // namespace exec
