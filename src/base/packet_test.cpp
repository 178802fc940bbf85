#include "base/packet.h"

#include <gtest/gtest.h>

#include <array>

namespace firmground::base {
namespace {

TEST(Packet, ComesBackInTheOrderItWasWritten) {
  PacketWriter writer;
  writer.put(std::array{1.5, -2.0});
  writer.put(std::string("no mine\0here", 12));
  writer.put(std::vector<std::string>{"", "two"});
  writer.put(std::vector<std::uint32_t>{7, 8, 9});
  writer.put(std::vector<float>{});
  const std::string bytes = std::move(writer).bytes();
  PacketReader reader(bytes);
  std::array<double, 2> numbers{};
  std::string text;
  std::vector<std::string> texts;
  std::vector<std::uint32_t> cells;
  std::vector<float> none = {1};
  reader.get(numbers);
  reader.get(text);
  reader.get(texts);
  reader.get(cells);
  EXPECT_FALSE(reader.done());
  reader.get(none);
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(numbers[1], -2.0);
  EXPECT_EQ(text.size(), 12U);
  EXPECT_EQ(texts, (std::vector<std::string>{"", "two"}));
  EXPECT_EQ(cells, (std::vector<std::uint32_t>{7, 8, 9}));
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace firmground::base
