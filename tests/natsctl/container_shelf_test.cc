#include "exec/container_shelf.h"

#include <doctest/doctest.h>

namespace {

using exec::Move;

// The names of an engine and what has them.
class Engine {
 public:
  explicit Engine(const std::string& image) { shelf_.current = container(image, ""); }

  // As much of what is to be done for this image as `most` moves are.
  void go_for(const std::string& image, std::size_t most = 100) {
    const auto all = exec::moves("a", shelf_, image);
    REQUIRE_MESSAGE(all, (all ? "" : all.error().what));
    for (std::size_t at = 0; at < all->size() && at < most; ++at)
      carry_out((*all)[at], image);
  }

  const exec::Shelf& shelf() const { return shelf_; }

  // What has the node's name; "" for nothing.
  std::string current() const { return shelf_.current ? shelf_.current->id : ""; }

  bool has(const std::string& id) const {
    return (shelf_.current && shelf_.current->id == id) ||
           (shelf_.previous && shelf_.previous->id == id);
  }

 private:
  exec::Container container(const std::string& image, const std::string& after) {
    exec::Container made{.id = std::to_string(++count_), .image = image};
    if (!after.empty()) made.labels[exec::kMadeAfter] = after;
    return made;
  }

  std::optional<exec::Container>& named(const std::string& name) {
    if (name == "a") return shelf_.current;
    return name == exec::fresh_name("a") ? shelf_.fresh : shelf_.previous;
  }

  void carry_out(const Move& move, const std::string& image) {
    auto& from = named(move.of);
    REQUIRE(from);
    if (move.what == Move::What::create) {
      REQUIRE_FALSE(shelf_.fresh);
      shelf_.fresh = container(image, from->id);
    } else if (move.what == Move::What::rename) {
      REQUIRE_FALSE(named(move.to));
      named(move.to) = std::move(from);
      from.reset();
    } else {
      from.reset();
    }
  }

  exec::Shelf shelf_;
  int count_ = 0;
};

constexpr std::size_t kMost = 6;  // more moves than any change has

}  // namespace

TEST_SUITE("exec: which container has the name") {
  TEST_CASE("the new one gets the name, the old one is kept, and is put back itself") {
    Engine engine("old");
    engine.go_for("old");
    CHECK(engine.current() == "1");
    engine.go_for("new");
    CHECK(engine.current() == "2");
    CHECK(engine.shelf().previous->id == "1");
    CHECK_FALSE(engine.shelf().fresh);
    engine.go_for("old");
    CHECK(engine.current() == "1");  // not one like it
    CHECK_FALSE(engine.shelf().previous);
  }

  TEST_CASE(
      "cut off after any move, the same ends as if it had not been, and the old one is there") {
    for (std::size_t first = 0; first <= kMost; ++first) {
      for (std::size_t second = 0; second <= kMost; ++second) {
        CAPTURE(first);
        CAPTURE(second);
        Engine engine("old");
        engine.go_for("new", first);
        CHECK(engine.has("1"));
        engine.go_for("new", second);
        CHECK(engine.has("1"));
        engine.go_for("new");
        CHECK(engine.shelf().current->image == "new");
        CHECK(engine.shelf().previous->id == "1");
        CHECK_FALSE(engine.shelf().fresh);
      }
    }
  }

  TEST_CASE("cut off on the way there and on the way back, the old one has its name again") {
    for (std::size_t there = 0; there <= kMost; ++there) {
      for (std::size_t back = 0; back <= kMost; ++back) {
        CAPTURE(there);
        CAPTURE(back);
        Engine engine("old");
        engine.go_for("new", there);
        engine.go_for("old", back);
        CHECK(engine.has("1"));
        engine.go_for("old");
        CHECK(engine.current() == "1");
        CHECK_FALSE(engine.shelf().fresh);
      }
    }
  }

  TEST_CASE("of several upgrades the last one's old container stays") {
    Engine engine("one");
    engine.go_for("two");
    engine.go_for("three");
    CHECK(engine.shelf().current->image == "three");
    CHECK(engine.shelf().previous->image == "two");
    engine.go_for("two");
    CHECK(engine.current() == "2");
  }

  TEST_CASE("a container that people made since is not exchanged for one of before") {
    Engine engine("old");
    engine.go_for("new");
    auto shelf = engine.shelf();
    shelf.current->labels.clear();  // made again, by Compose say, with other settings
    const auto moves = exec::moves("a", shelf, "old");
    REQUIRE(moves);
    CHECK(moves->front() == Move{Move::What::create, "a"});
  }

  TEST_CASE("without any container there is nothing to make one after") {
    const auto moves = exec::moves("a", {}, "new");
    REQUIRE_FALSE(moves);
    CHECK(moves.error().code == base::ErrorCode::not_found);
  }

  TEST_CASE("forgetting leaves the name its container, also from the middle") {
    for (std::size_t there = 0; there <= kMost; ++there) {
      CAPTURE(there);
      Engine engine("old");
      engine.go_for("new", there);
      const auto moves = exec::moves_to_forget("a", engine.shelf());
      const bool named = engine.shelf().current.has_value();
      const bool renamed =
          std::any_of(moves.begin(), moves.end(), [](const Move& move) { return move.to == "a"; });
      CHECK(named != renamed);
    }
  }
}
