#include "broker/net/blocks.h"

#include <array>
#include <mutex>
#include <vector>

namespace broker {

namespace {

using Blocks = std::vector<std::unique_ptr<char[]>>;

// What is kept of a size: at most 1.5 MiB a thread and 9 MiB on the shelf in all.
struct SizeClass {
  std::size_t bytes;
  std::size_t most_of_thread;
  std::size_t most_on_shelf;
};

// The last two: the usual largest payload, whole, and one of a quarter; 64 KiB are a full chunk.
constexpr std::array<SizeClass, 5> kClasses = {{{1024, 256, 1024},
                                                {8 * 1024, 32, 128},
                                                {64 * 1024, 8, 48},
                                                {(256 + 16) * 1024, 2, 4},
                                                {(1024 + 64) * 1024, 0, 3}}};

struct Shelf {
  std::mutex mutex;
  Blocks blocks;  // guarded by mutex
};

Shelf& shelf_of(std::size_t index) {
  static std::array<Shelf, kClasses.size()> shelves;
  return shelves[index];
}

Blocks& own(std::size_t index) {
  thread_local std::array<Blocks, kClasses.size()> blocks;
  return blocks[index];
}

// Takes one, and half of what a thread may keep besides.
void fetch(std::size_t index, Blocks& to) {
  Shelf& shelf = shelf_of(index);
  const std::lock_guard lock(shelf.mutex);
  const std::size_t most = 1 + kClasses[index].most_of_thread / 2;
  while (!shelf.blocks.empty() && to.size() < most) {
    to.push_back(std::move(shelf.blocks.back()));
    shelf.blocks.pop_back();
  }
}

// Puts half of what a thread may keep back; what the shelf does not take is freed.
void put_away(std::size_t index, Blocks& from) {
  Shelf& shelf = shelf_of(index);
  Blocks too_many;
  {
    const std::lock_guard lock(shelf.mutex);
    while (from.size() > kClasses[index].most_of_thread / 2) {
      const bool room = shelf.blocks.size() < kClasses[index].most_on_shelf;
      (room ? shelf.blocks : too_many).push_back(std::move(from.back()));
      from.pop_back();
    }
  }
}

}  // namespace

Block take_block(std::size_t at_least) {
  for (std::size_t i = 0; i < kClasses.size(); ++i) {
    if (at_least > kClasses[i].bytes) continue;
    Blocks& mine = own(i);
    if (mine.empty()) fetch(i, mine);
    if (mine.empty()) break;
    Block block{std::move(mine.back()), kClasses[i].bytes};
    mine.pop_back();
    return block;
  }
  std::size_t bytes = at_least;
  for (auto size = kClasses.rbegin(); size != kClasses.rend(); ++size) {
    if (at_least <= size->bytes) bytes = size->bytes;
  }
  return {std::make_unique_for_overwrite<char[]>(bytes), bytes};
}

void give_back(Block block) {
  for (std::size_t i = 0; i < kClasses.size(); ++i) {
    if (block.bytes != kClasses[i].bytes) continue;
    Blocks& mine = own(i);
    mine.push_back(std::move(block.data));
    if (mine.size() > kClasses[i].most_of_thread) put_away(i, mine);
    return;
  }
}

}  // namespace broker
