#include "exec/container_shelf.h"

#include <fmt/core.h>

namespace exec {

namespace {

using What = Move::What;

bool is_of(const std::optional<Container>& container, const std::string& image) {
  return container && container->image == image;
}

// `after` was made by natsctl after `before`, and nobody has put another one in its place since.
bool is_made_after(const Container& after, const Container& before) {
  const auto label = after.labels.find(kMadeAfter);
  return label != after.labels.end() && label->second == before.id;
}

}  // namespace

std::string fresh_name(const std::string& name) {
  return name + ".natsctl-new";
}

std::string previous_name(const std::string& name) {
  return name + ".natsctl-previous";
}

base::Result<std::vector<Move>> moves(const std::string& name,
                                      const Shelf& shelf,
                                      const std::string& image) {
  const auto fresh = fresh_name(name);
  const auto previous = previous_name(name);
  std::vector<Move> result;
  // The name was taken away from the old container and not given to the new one yet: the new one
  // was complete before that.
  if (!shelf.current && is_of(shelf.fresh, image))
    return std::vector{Move{What::rename, fresh, name}};
  if (shelf.fresh) result.push_back({What::remove, fresh});
  if (is_of(shelf.current, image)) return result;
  if (!shelf.current && !shelf.previous) {
    return base::Error(base::ErrorCode::not_found,
                       fmt::format("there is no container {}, and none to make it after", name));
  }
  const bool back = is_of(shelf.previous, image) &&
                    (!shelf.current || is_made_after(*shelf.current, *shelf.previous));
  if (back) {
    if (shelf.current) result.push_back({What::remove, name});
    result.push_back({What::rename, previous, name});
    return result;
  }
  result.push_back({What::create, shelf.current ? name : previous});
  if (shelf.current) {
    if (shelf.previous) result.push_back({What::remove, previous});
    result.push_back({What::rename, name, previous});
  }
  result.push_back({What::rename, fresh, name});
  return result;
}

std::vector<Move> moves_to_forget(const std::string& name, const Shelf& shelf) {
  std::vector<Move> result;
  if (shelf.fresh) result.push_back({What::remove, fresh_name(name)});
  if (shelf.previous)
    result.push_back(shelf.current ? Move{What::remove, previous_name(name)}
                                   : Move{What::rename, previous_name(name), name});
  return result;
}

}  // namespace exec
