#include "register/attachment.h"

#include <gtest/gtest.h>

#include "register/entered_island_testing.h"
#include "register/undo.h"
#include "register/verify.h"

namespace firmground::registry {
namespace {

using AttachmentTest = EnteredIsland;

TEST_F(AttachmentTest, ASketchIsKeptOnceUnderItsContent) {
  enter_one("hazards", hazard("HA-1"));
  enter_one("hazards", hazard("HA-2", 51.2));
  const std::string sketch = folder_.write("sketch.png", "a drawing of the field");
  const auto attached = attach(*programme_, {"hazards", "HA-1", sketch, "sketch of the belt", "Leyla", ""});
  ASSERT_TRUE(attached) << base::to_text(attached.error());
  EXPECT_EQ(attached->media_type, "image/png");
  ASSERT_TRUE(attach(*programme_, {"hazards", "HA-1", sketch, "again", "Leyla", ""}));
  ASSERT_TRUE(attach(*programme_, {"hazards", "HA-2", sketch, "the same", "Leyla", ""}));
  EXPECT_EQ(attachments_of(*programme_, "hazards", "HA-1")->size(), 1U);
  EXPECT_EQ(attachments_of(*programme_, "hazards", "HA-1")->front().caption, "sketch of the belt");
  EXPECT_EQ(batches(*programme_)->size(), 4U) << "attaching it again is no entry";
  ASSERT_TRUE(verify(*programme_)->whole());
  std::ofstream(attached->path, std::ios::app) << "x";
  const auto verification = verify(*programme_);
  EXPECT_FALSE(verification->whole());
  EXPECT_NE(verification->findings.front().what.find("sketch.png was changed"), std::string::npos);
}

}  // namespace
}  // namespace firmground::registry
