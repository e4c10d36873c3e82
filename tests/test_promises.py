"""Promises about profiles in use and about safety, each with the tests that fail where it is broken."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

IN_USE = {
    "a profile in use is never written to": (
        "cli/test_exit_codes.py::test_3_a_browser_is_running_and_nothing_is_changed",
        "guard/test_chromium.py::test_a_lock_that_may_count_blocks",
        "guard/test_firefox.py::test_the_firefox_lock_blocks_and_names_its_holder",
    ),
    "SingletonLock, Windows' lockfile, Firefox's locks": (
        "guard/test_chromium.py::test_windows_chromium_lockfile",
        "guard/test_firefox.py::test_the_firefox_link_counts_only_as_a_stand_in",
        "guard/test_firefox.py::test_windows_firefox_parent_lock",
    ),
    "LevelDB's LOCK": ("guard/test_chromium.py::test_a_database_locked_anywhere_in_the_folder_blocks",),
    "processes by program and folder": (
        "guard/test_chromium.py::test_a_process_blocks_by_the_folder_it_was_started_on",
        "guard/test_chromium.py::test_only_the_browsers_own_program_counts",
        "guard/test_firefox.py::test_a_firefox_blocks_by_the_profile_it_names",
    ),
    "a stale lock is said, not removed": (
        "guard/test_chromium.py::test_a_lock_left_behind_is_told_and_passes",
    ),
    "looked at before the run and again before the first swap": (
        "faults/test_races.py::test_a_browser_that_starts_keeps_its_profile",
        "cli/test_exit_codes.py::test_3_a_browser_that_is_started_before_the_first_swap_stops_the_run",
    ),
    "no browser starts in between where that can be kept": (
        "faults/test_races.py::test_firefox_cannot_start_meanwhile",
        "guard/test_firefox.py::test_hold_keeps_others_out_until_it_ends",
    ),
    "--wait waits, --close asks, nobody is killed": (
        "cli/test_exit_codes.py::test_a_browser_is_waited_for_and_never_ended",
        "cli/test_exit_codes.py::test_a_browser_is_asked_to_close_and_waited_for",
        "guard/test_closing.py::test_close_leaves_a_later_bearer_of_the_number_alone",
    ),
}

SAFETY = {
    "a failing file operation leaves every store old or new": (
        "faults/test_failing_operations.py::test_every_operation_fails_once",
        "faults/test_failing_operations.py::test_every_write_is_cut_short",
        "faults/test_every_kind_of_store.py::test_a_failing_operation",
        "faults/test_every_kind_of_store.py::test_no_type_of_store_is_missing",
        "transaction/test_interrupted.py::test_exceptions",
    ),
    "so does a kill, and the next start recovers and says so": (
        "faults/test_cut_off.py::test_kill",
        "faults/test_every_kind_of_store.py::test_a_kill",
        "transaction/test_interrupted.py::test_death",
        "transaction/test_interrupted.py::test_recovery_dies_too",
        "cli/test_before_the_end.py::test_clean_rolls_it_forward_and_says_so",
    ),
    "so does Ctrl-C, and the answer says what was done": (
        "faults/test_cut_off.py::test_stop",
        "cli/test_exit_codes.py::test_130_whole_profiles_are_done_and_named",
    ),
    "so does a power cut": ("faults/test_power_cut.py::test_power_cut",),
    "a new version is proved before it is swapped": (
        "transaction/test_transaction.py::test_new_version_must_be_whole",
        "saboteurs/test_saboteurs.py::test_no_saboteur_of_a_store_is_believed",
        "saboteurs/test_saboteurs.py::test_every_edit_is_proved",
    ),
    "a WAL is folded in, a hot journal rolled back, on a copy": (
        "transaction/test_transaction.py::test_sidecars_go_with_what_they_held",
        "formats/test_sqlite_unit.py::test_snapshot_is_the_committed_state_and_leaves_the_original_alone",
    ),
    "what changed since the plan stays": (
        "faults/test_races.py::test_what_changes_meanwhile_stays_as_it_is_now",
        "transaction/test_transaction.py::test_outdated_store_stays_as_it_is_and_the_others_go_on",
    ),
    "mode, owner, times, attributes and access lists stay": (
        "transaction/test_transaction.py::test_mode_and_times_are_kept",
        "transaction/test_transaction.py::test_owner_is_kept",
        "transaction/test_access_lists.py::test_what_the_original_has_the_new_version_has",
        "transaction/test_access_lists.py::test_a_list_that_the_folder_hands_down_lets_nobody_in",
    ),
    "staged files are private and never left": (
        "faults/test_rights.py::test_staged_files_are_private_all_the_time",
        "faults/test_backup_and_undo.py::test_nobody_else_can_read_at_any_moment",
        "formats/test_sqlite_copy.py::test_a_copy_is_whole_private_and_gone_in_the_end",
        "formats/test_sqlite_copy.py::test_what_a_killed_run_left_goes_and_what_others_hold_stays",
        "cli/test_cleaning.py::test_no_staging_folder_stays",
    ),
    "no name and no line tells what was visited": (
        "faults/test_rights.py::test_no_name_and_no_line_tells_what_was_visited",
        "cli/test_undo.py::test_neither_passphrase_nor_host_is_ever_told",
    ),
    "no link out of the profile is followed or written through": (
        "faults/test_races.py::test_a_profile_that_becomes_a_link_is_not_followed",
        "faults/test_bad_input.py::test_another_name_elsewhere_keeps_the_old_content_and_is_said",
        "transaction/test_transaction.py::test_link_that_comes_before_the_swap_is_not_followed",
        "transaction/test_transaction.py::test_recovery_takes_no_orders_from_a_profile",
    ),
    "root goes in another's home only where its owner could": (
        "cli/test_rights.py::test_nothing_of_roots_is_touched",
        "cli/test_rights.py::test_a_home_is_cleaned_with_its_owners_rights",
        "faults/test_rights.py::test_another_persons_home_stays_theirs",
    ),
    "space is checked before anything starts": (
        "engine/test_room.py::test_it_is_told_before_anything_starts",
        "faults/test_space.py::test_what_does_not_fit_is_skipped_with_the_bytes_it_lacks",
        "faults/test_space.py::test_a_disk_that_fills_up_loses_nothing",
    ),
    "originals are destroyed after the last look, and only then": (
        "cli/test_before_the_end.py::test_the_originals_of_all_profiles_lie_aside_while_they_are_verified",
        "cli/test_before_the_end.py::test_undo_without_a_file_takes_it_back",
    ),
    "a backup is whole before anything goes": (
        "faults/test_backup_and_undo.py::test_a_failing_operation",
        "faults/test_backup_and_undo.py::test_a_kill",
        "cli/test_undo.py::test_no_backup_no_run",
        "backup/test_age.py::test_a_file_that_was_cut_off_is_damaged",
    ),
    "a backup is opened by age and tar, too": (
        "backup/test_age.py::test_age_itself_opens_it",
        "backup/test_round_trip.py::test_other_programs_find_the_originals_in_it",
    ),
    "undo puts back every byte, mode, owner, time and attribute": (
        "backup/test_round_trip.py::test_everything_is_as_it_was",
        "backup/test_round_trip.py::test_owners_come_back",
        "backup/test_attributes.py::test_they_come_back",
        "cli/test_undo.py::test_clean_and_undo",
    ),
    "undo works on a run that was cut off": (
        "cli/test_undo.py::test_a_run_that_died_halfway_is_undone",
        "backup/test_interrupted.py::test_a_run_that_died_is_undone",
    ),
    "undo refuses where a browser runs or something changed since": (
        "cli/test_undo.py::test_undo_waits_for_nobody_and_writes_to_no_open_profile",
        "cli/test_undo.py::test_what_changed_since_is_refused_by_name_unless_told",
    ),
    "passphrase: twice or from a file, and its strength is told": (
        "cli/test_undo.py::test_the_passphrase_is_asked_for_twice_and_judged",
        "cli/test_undo.py::test_a_weak_passphrase_is_told_even_quietly",
        "backup/test_passphrase.py::test_the_first_line_is_the_passphrase",
    ),
    "a backup takes no memory": ("backup/test_round_trip.py::test_size_costs_no_memory",),
    "SQLite: no trigger runs that needs Firefox, no row is lost to a missing module": (
        "stores/test_sqlite.py::test_a_trigger_in_the_way",
        "stores/test_sqlite.py::test_a_virtual_table_whose_module_is_not_here",
        "formats/test_sqlite_unit.py::test_folding_keeps_the_journal_mode",
    ),
    "bad input is named or read, never followed, never changed": (
        "faults/test_bad_input.py::test_damaged_files_are_read_or_refused",
        "faults/test_bad_input.py::test_what_is_no_file_is_named_and_left",
        "faults/test_bad_input.py::test_hostile_content_is_named_and_left",
        "faults/test_bad_input.py::test_hostile_names_are_names",
        "faults/test_bad_input.py::test_a_home_may_be_called_anything",
        "faults/test_bad_content.py::test_bad_content",
        "faults/test_bad_content.py::test_what_is_no_file",
        "fuzz/test_every_format.py::test_no_bytes_that_reach_new_code",
        "fuzz/test_every_format.py::test_every_format_is_tried",
    ),
}


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("promise", [*IN_USE, *SAFETY])
def test_every_promise_is_kept_by_tests_that_exist(promise: str) -> None:
    named = (IN_USE | SAFETY)[promise]
    assert named
    assert [test for test in named if test.partition("::")[2] not in names_in(test.partition("::")[0])] == []
