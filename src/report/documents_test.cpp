#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "report/charts.h"
#include "report/drawn_country.h"
#include "report/map_frame.h"
#include "report/map_picture.h"
#include "report/markup.h"
#include "report/situation.h"
#include "report/wording.h"

// NOLINTBEGIN(bugprone-unchecked-optional-access): a test that reads what is not there has failed
namespace firmground::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Situation many_scripts(const mineaction::Snapshot& snapshot) {
  const EstimateSummary estimate{{125000, 98000, 161000}, "2026-01-05T10:00:00.000Z", "abcdef", false};
  return *situation_from_account(snapshot, drawn::account_of_many_scripts(snapshot), estimate);
}

/// What a program of poppler says about a PDF.
std::string ask(const std::string& program, const std::string& pdf) {
  const auto path = std::filesystem::temp_directory_path() / ("firmground-report-" + std::to_string(getpid()) + ".pdf");
  std::ofstream(path, std::ios::binary) << pdf;
  std::string said;
  FILE* pipe = popen((program + " " + path.string() + (program == "pdftotext" ? " -" : "") + " 2>&1").c_str(), "r");
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) {
    said += static_cast<char>(c);
  }
  pclose(pipe);
  std::filesystem::remove(path);
  return said;
}

TEST(Documents, ThePdfEmbedsASubsetOfTheFontOfEachScript) {
  const auto snapshot = drawn::many_scripts();
  const geo::Raster hazard = drawn::hazard_over(snapshot);
  const std::string fonts = ask("pdffonts", *to_pdf(many_scripts(snapshot), snapshot, &hazard));
  EXPECT_THAT(fonts, AllOf(HasSubstr("+NotoSans-Regular"), HasSubstr("+NotoSansArabic"), HasSubstr("+NotoSansArmenian"),
                           HasSubstr("+NotoSansGeorgian")));
  EXPECT_THAT(fonts, Not(HasSubstr(" no "))) << "a font that is not embedded, not a subset or without Unicode";
}

TEST(Documents, ThePdfSaysTheFiguresWithTheirDenominators) {
  const auto snapshot = drawn::many_scripts();
  const std::string text = ask("pdftotext", *to_pdf(many_scripts(snapshot), snapshot, nullptr));
  EXPECT_THAT(
      text, AllOf(HasSubstr("Україна"), HasSubstr("Херсон"), HasSubstr("of 11,670"), HasSubstr("Cabinet of Ministers"),
                  HasSubstr("Not for navigation"), HasSubstr("EPSG:32639"), HasSubstr("Page 3")));
}

TEST(Documents, TheSameSituationGivesTheSameBytes) {
  const auto snapshot = drawn::many_scripts();
  const geo::Raster hazard = drawn::hazard_over(snapshot);
  const Situation s = many_scripts(snapshot);
  EXPECT_EQ(*to_pdf(s, snapshot, &hazard), *to_pdf(s, snapshot, &hazard));
  EXPECT_EQ(*to_html(s, snapshot, &hazard), *to_html(s, snapshot, &hazard));
  EXPECT_EQ(to_json(s), to_json(s));
}

TEST(Documents, ThePageStandsAloneAndCarriesATableForEachChart) {
  auto snapshot = drawn::many_scripts();
  snapshot.programme.name = "<script>alert(1)</script>";
  const geo::Raster hazard = drawn::hazard_over(snapshot);
  const std::string html = *to_html(many_scripts(snapshot), snapshot, &hazard);
  EXPECT_THAT(html, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("http://")), Not(HasSubstr("https://"))));
  EXPECT_THAT(html, AllOf(HasSubstr("role=\"img\""), HasSubstr("<caption>Land released per year"), HasSubstr("الموصل"),
                          HasSubstr("data:image/png;base64,")));
}

TEST(Documents, AnEmptyRegisterGivesAReportThatSaysWhatIsNotKnown) {
  const auto snapshot = drawn::empty_country();
  const Situation s = *situation_from_account(snapshot, drawn::account_of(snapshot, {}), {});
  EXPECT_THAT(ask("pdftotext", *to_pdf(s, snapshot, nullptr)),
              AllOf(HasSubstr("not known"), HasSubstr("No estimate is stored")));
  EXPECT_THAT(*to_html(s, snapshot, nullptr), HasSubstr("Nothing is recorded."));
}

TEST(MapFrame, AHazardTooSmallToDrawBecomesAMarkAndNeverNothing) {
  const MapFrame frame({0, 0, 100000, 100000}, 500, 500);
  Shape shape;
  frame.add_polygons(drawn::rectangle(50000, 50000, 5, 5), shape);
  ASSERT_EQ(shape.outlines.size(), 1U);
  EXPECT_EQ(shape.outlines[0].size(), 4U);
}

TEST(MapFrame, GroundIsCutAtTheFrame) {
  const MapFrame frame({0, 0, 1000, 1000}, 100, 100);
  Shape shape;
  frame.add_polygons(drawn::rectangle(900, 900, 5000, 5000), shape);
  frame.add_polygons(drawn::rectangle(5000, 5000, 10, 10), shape);
  ASSERT_EQ(shape.outlines.size(), 1U);
  for (const Point& p : shape.outlines[0]) {
    EXPECT_TRUE(p.x >= 90 - 1e-9 && p.x <= 100 + 1e-9 && p.y >= -1e-9 && p.y <= 10 + 1e-9);
  }
  Shape road;
  frame.add_lines({{}, {{{-500, 500}, {500, 500}, {500, 5000}, {700, 5000}, {700, 500}}}, {}}, road);
  ASSERT_EQ(road.outlines.size(), 2U);  // it leaves and comes back
  EXPECT_NEAR(road.outlines[0].front().x, 0, 1e-9);
  EXPECT_NEAR(road.outlines[0].back().y, 0, 1e-9);
}

TEST(HazardMap, GroundThatIsNotEstimatedStaysTransparentOverTheHatching) {
  const auto snapshot = drawn::many_scripts();
  const Picture picture = hazard_map(snapshot, drawn::hazard_over(snapshot), 300, 300);
  const Image* image = nullptr;
  for (const auto& item : picture.items) {
    image = std::get_if<Image>(&item) != nullptr ? std::get_if<Image>(&item) : image;
  }
  ASSERT_NE(image, nullptr);
  const auto pixel = [&](int column, int row) {
    return image->pixels[static_cast<std::size_t>(row) * static_cast<std::size_t>(image->columns) +
                         static_cast<std::size_t>(column)];
  };
  EXPECT_EQ(pixel(image->columns - 1, image->rows - 1), 0U);  // the corner without an estimate
  EXPECT_EQ(pixel(110, image->rows - 60) >> 24, 255U);        // the hot spot
  EXPECT_EQ(pixel(110, image->rows - 60) & 0xffffffU, 0x3d0a4fU);
}

TEST(Charts, AxisStepsAreOneTwoOrFive) {
  EXPECT_DOUBLE_EQ(axis_step(100, 4), 50);
  EXPECT_DOUBLE_EQ(axis_step(62023, 4), 20000);
  EXPECT_DOUBLE_EQ(axis_step(0.37, 4), 0.1);
  EXPECT_DOUBLE_EQ(axis_step(3, 4), 1);
}

TEST(Wording, FiguresAreGroupedAndUnknownIsSaidInWords) {
  EXPECT_EQ(grouped(166012.4), "166,012");
  EXPECT_EQ(grouped(1234567.891, 1), "1,234,567.9");
  EXPECT_EQ(grouped(-0.2), "0");
  EXPECT_EQ(grouped(999.0), "999");
  EXPECT_EQ(percent(0.1422), "14.2\u00a0%");
  EXPECT_EQ(hectares_or_unknown({}), "not known");
}

TEST(Markup, TextOfRecordsCannotBecomeMarkup) {
  EXPECT_EQ(escaped("<b>\"x\" & 'y'"), "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;");
  EXPECT_EQ(base64("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(base64("any carnal pleasu"), "YW55IGNhcm5hbCBwbGVhc3U=");
  EXPECT_EQ(base64("any carnal pleasur"), "YW55IGNhcm5hbCBwbGVhc3Vy");
  EXPECT_EQ(short_number(-0.001), "0");
  EXPECT_EQ(short_number(12.5), "12.5");
}

}  // namespace
}  // namespace firmground::report
// NOLINTEND(bugprone-unchecked-optional-access)
