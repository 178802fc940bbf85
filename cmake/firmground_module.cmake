include(GoogleTest)

# firmground_module(NAME
#   DEPENDS  our modules; a name that is not upstream (not defined yet) stops the configure
#   SOURCES  the module's .cpp files
#   TESTS    *_test.cpp, built into one <name>_tests program and found by ctest under the label "unit"
#   LIBRARIES third-party libraries, linked PUBLIC because headers of standard kind only are exposed
# )
function(firmground_module name)
  cmake_parse_arguments(MODULE "" "" "DEPENDS;SOURCES;TESTS;LIBRARIES" ${ARGN})
  if(MODULE_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "firmground_module(${name}): what is '${MODULE_UNPARSED_ARGUMENTS}'?")
  endif()
  foreach(upstream IN LISTS MODULE_DEPENDS)
    if(NOT TARGET firmground_${upstream})
      message(FATAL_ERROR
        "Module '${name}' depends on '${upstream}', which is not upstream of it. "
        "Data flows one way (ARCHITECTURE.md): move the code, or find the missing noun.")
    endif()
  endforeach()
  list(TRANSFORM MODULE_DEPENDS PREPEND firmground_)

  if(MODULE_SOURCES)
    add_library(firmground_${name} STATIC ${MODULE_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(firmground_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(firmground_${name} ${scope} "${PROJECT_SOURCE_DIR}/src" "${PROJECT_BINARY_DIR}/generated")
  target_link_libraries(firmground_${name} ${scope} ${MODULE_DEPENDS} ${MODULE_LIBRARIES})

  if(MODULE_TESTS)
    add_executable(${name}_tests ${MODULE_TESTS})
    target_link_libraries(${name}_tests PRIVATE firmground_${name} GTest::gtest GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${name}_tests TEST_PREFIX "${name}." TEST_FILTER "-*ostgre*" TEST_LIST ${name}_file_tests
      PROPERTIES LABELS unit TIMEOUT 300 DISCOVERY_TIMEOUT 60 WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    # A test with "PostgreSQL" in its name needs the server that tests/CMakeLists.txt starts.
    gtest_discover_tests(${name}_tests TEST_PREFIX "${name}." TEST_FILTER "*ostgre*" TEST_LIST ${name}_server_tests
      PROPERTIES LABELS db TIMEOUT 300 FIXTURES_REQUIRED postgres
      ENVIRONMENT "FIRMGROUND_TEST_POSTGRES=${PROJECT_BINARY_DIR}/postgres.url"
      DISCOVERY_TIMEOUT 60 WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  endif()
endfunction()
