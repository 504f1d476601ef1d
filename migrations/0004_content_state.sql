-- Which state what pages show is in: a number that is drawn anew by every transaction that changes any
-- of it, by whatever program, so that finished pages can be kept until then. Drawn and not counted: after a
-- restored backup a count could come to the same number again.
CREATE TABLE content_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Guides and issues, as far as anyone reads them.
  knowledge INTEGER NOT NULL,
  -- What reports say about issues: outcomes of fixes, and learned words.
  evidence INTEGER NOT NULL
) STRICT;
INSERT INTO content_state VALUES (1, random(), random());

CREATE TRIGGER guide_added AFTER INSERT ON guide BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER guide_changed AFTER UPDATE ON guide BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER guide_removed AFTER DELETE ON guide BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER section_added AFTER INSERT ON section BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER section_changed AFTER UPDATE ON section BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER section_removed AFTER DELETE ON section BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER issue_added AFTER INSERT ON issue BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER issue_changed AFTER UPDATE ON issue BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER issue_removed AFTER DELETE ON issue BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER slug_added AFTER INSERT ON slug BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER slug_changed AFTER UPDATE ON slug BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER slug_removed AFTER DELETE ON slug BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER revision_added AFTER INSERT ON revision BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER revision_changed AFTER UPDATE ON revision BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER revision_removed AFTER DELETE ON revision BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER verification_added AFTER INSERT ON verification BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER verification_changed AFTER UPDATE ON verification BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER verification_removed AFTER DELETE ON verification BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER passage_added AFTER INSERT ON passage BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER passage_changed AFTER UPDATE ON passage BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER passage_removed AFTER DELETE ON passage BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER environment_added AFTER INSERT ON environment BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER environment_changed AFTER UPDATE ON environment BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER environment_removed AFTER DELETE ON environment BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER sample_added AFTER INSERT ON sample BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER sample_changed AFTER UPDATE ON sample BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER sample_removed AFTER DELETE ON sample BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER check_added AFTER INSERT ON "check" BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER check_changed AFTER UPDATE ON "check" BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER check_removed AFTER DELETE ON "check" BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER fix_added AFTER INSERT ON fix BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER fix_changed AFTER UPDATE ON fix BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER fix_removed AFTER DELETE ON fix BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER fix_text_added AFTER INSERT ON fix_text BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER fix_text_changed AFTER UPDATE ON fix_text BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER fix_text_removed AFTER DELETE ON fix_text BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER outcome_added AFTER INSERT ON outcome BEGIN UPDATE content_state SET evidence = random(); END;
CREATE TRIGGER outcome_changed AFTER UPDATE ON outcome BEGIN UPDATE content_state SET evidence = random(); END;
CREATE TRIGGER outcome_removed AFTER DELETE ON outcome BEGIN UPDATE content_state SET evidence = random(); END;
CREATE TRIGGER wording_added AFTER INSERT ON wording BEGIN UPDATE content_state SET evidence = random(); END;
CREATE TRIGGER wording_changed AFTER UPDATE ON wording BEGIN UPDATE content_state SET evidence = random(); END;
CREATE TRIGGER wording_removed AFTER DELETE ON wording BEGIN UPDATE content_state SET evidence = random(); END;
CREATE TRIGGER link_added AFTER INSERT ON link BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER link_changed AFTER UPDATE ON link BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER link_removed AFTER DELETE ON link BEGIN UPDATE content_state SET knowledge = random(); END;
