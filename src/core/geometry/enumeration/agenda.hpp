// What a stream has to do, in the order of its cells: nodes that wait for a thread, nodes that threads are at, and
// cells that wait to be handed out.
//
// A thread takes the first node that waits. If it is thought to have more cells than are found in some milliseconds,
// it is split and its two parts take its place. Else its cells are found; should they turn out to be many more, the
// thread stops there, and the nodes that are left take their places behind the cells. So no thread is ever stuck with
// more than it may keep, and what is kept is bounded: a node is taken only if it is the very first thing there is, or
// begins within a window from there while the cells that wait leave room in it. What a node is thought to have is a
// formula, times what the latest cells were to the formula; how long it will take, what the latest took. All of this
// decides who does what and when, and nothing about the cells.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "../splitting/complex.hpp"
#include "../splitting/nodes.hpp"

namespace leadlight::geometry {

struct Planned {
    std::unique_ptr<Task> task;
    double work;  // its cells, by the formula
};

class Agenda {
  public:
    using Clock = std::chrono::steady_clock;
    struct Part {
        enum class State { waiting, taken, found };
        State state;
        Planned planned;                 // waiting or taken
        std::unique_ptr<Growing> cells;  // found
    };
    using Place = std::list<Part>::iterator;
    enum class Next { cells, nothing_yet, end };

    // Cells in a part, at most about, and in the window.
    Agenda(std::int64_t most_in_part, std::int64_t window);

    // ---- For the threads that find cells ----
    Place first() { return parts_.begin(); }  // taken, by whom begins: to be replaced by the root
    // Waits for a node and takes it; false if there is none any more. `enough`: cells to stop at; 0: split it.
    bool take(Place &place, std::size_t &enough);
    // What became of a node: cells (or null) found in so many seconds, then what is left.
    void replace(Place place, std::unique_ptr<Growing> cells, std::vector<Planned> rest, double seconds);

    // ---- For the one that hands cells out ----
    Next next(std::unique_ptr<Growing> &cells, Clock::time_point until);

    void stop();  // nobody waits any more

  private:
    double thought(const Part &part) const;
    double part() const;
    Place find(bool &is_over);
    void learn(double work, double cells, double seconds);

    const double most_in_part_, window_;
    std::mutex mutex_;
    std::condition_variable to_do_, to_hand_out_;
    std::list<Part> parts_;
    double waiting_cells_ = 0.0;     // found, not handed out
    double work_, cells_, seconds_;  // of the latest parts: cells by the formula, and as found
    int n_taken_ = 1;
    bool stopped_ = false;
};

}  // namespace leadlight::geometry
