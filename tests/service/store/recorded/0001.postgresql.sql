CREATE TABLE audit_checkpoints (
    size BIGINT NOT NULL,
    root VARCHAR(64) NOT NULL,
    at BIGINT NOT NULL,
    previous VARCHAR(64) NOT NULL,
    key VARCHAR(64) NOT NULL,
    signature VARCHAR(128) NOT NULL,
    peaks TEXT NOT NULL,
    PRIMARY KEY (size)
);

CREATE TABLE audit_leaves (
    position BIGINT NOT NULL,
    partition VARCHAR(97) NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (position)
);

CREATE TABLE audit_rows (
    partition VARCHAR(97) NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    tag VARCHAR(24) NOT NULL,
    attributes TEXT NOT NULL,
    previous VARCHAR(64) NOT NULL,
    PRIMARY KEY (partition, sequence)
);

CREATE TABLE audit_unsealed (
    partition VARCHAR(97) NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (partition, sequence)
);

CREATE TABLE cases (
    pseudonym VARCHAR(64) NOT NULL,
    id VARCHAR(97) NOT NULL,
    visitor VARCHAR(24) NOT NULL,
    visit INTEGER NOT NULL,
    documents VARCHAR(255) NOT NULL,
    clerk VARCHAR(64) NOT NULL,
    ticket INTEGER,
    has_signature BOOLEAN NOT NULL,
    sealed BYTEA NOT NULL,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (pseudonym, id)
);

CREATE TABLE challenges (
    id VARCHAR(64) NOT NULL,
    purpose VARCHAR(16) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    expires_at BIGINT NOT NULL,
    claimed_by VARCHAR(64),
    PRIMARY KEY (id)
);

CREATE TABLE clerks (
    id VARCHAR(64) NOT NULL,
    password VARCHAR(255) NOT NULL,
    misses INTEGER NOT NULL,
    own_card VARCHAR(64),
    PRIMARY KEY (id)
);

CREATE TABLE face_checks (
    pseudonym VARCHAR(64) NOT NULL,
    id VARCHAR(97) NOT NULL,
    challenge VARCHAR(64) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    state VARCHAR(16) NOT NULL,
    device VARCHAR(64) NOT NULL,
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    looks INTEGER NOT NULL,
    nonce VARCHAR(64),
    poses VARCHAR(128),
    ends_at BIGINT,
    PRIMARY KEY (pseudonym, id),
    UNIQUE (pseudonym, challenge)
);

CREATE TABLE face_pictures (
    pseudonym VARCHAR(64) NOT NULL,
    name VARCHAR(64) NOT NULL,
    PRIMARY KEY (pseudonym, name)
);

CREATE TABLE face_tries (
    subject VARCHAR(64) NOT NULL,
    nonce VARCHAR(64) NOT NULL,
    at BIGINT NOT NULL,
    passed BOOLEAN NOT NULL,
    PRIMARY KEY (subject, nonce)
);

CREATE INDEX face_tries_of_subject ON face_tries (subject, at);

CREATE TABLE journal (
    day VARCHAR(10) NOT NULL,
    id VARCHAR(32) NOT NULL,
    at BIGINT NOT NULL,
    deed VARCHAR(24) NOT NULL,
    outcome VARCHAR(64) NOT NULL,
    clerk VARCHAR(64),
    second VARCHAR(64),
    case_id VARCHAR(97),
    pseudonym VARCHAR(64),
    visitor VARCHAR(24),
    ticket INTEGER,
    act VARCHAR(24),
    kind VARCHAR(24),
    PRIMARY KEY (day, id)
);

CREATE INDEX journal_by_time ON journal (day, at);

CREATE TABLE letters (
    pseudonym VARCHAR(64) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    sent_at BIGINT NOT NULL,
    used_by VARCHAR(97),
    PRIMARY KEY (pseudonym, digest)
);

CREATE TABLE refusals (
    day VARCHAR(10) NOT NULL,
    code VARCHAR(64) NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, code)
);

CREATE TABLE reservations (
    pseudonym VARCHAR(64) NOT NULL,
    id VARCHAR(32) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    challenge VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    slot VARCHAR(32),
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    replaced_older BOOLEAN NOT NULL,
    holder VARCHAR(97),
    held_until BIGINT,
    used_at BIGINT,
    act VARCHAR(16) DEFAULT 'reset' NOT NULL,
    case_id VARCHAR(97),
    PRIMARY KEY (pseudonym, id),
    UNIQUE (pseudonym, slot),
    UNIQUE (pseudonym, challenge)
);

CREATE TABLE schema_versions (
    version SERIAL NOT NULL,
    PRIMARY KEY (version)
);

CREATE TABLE tickets (
    day VARCHAR(10) NOT NULL,
    number INTEGER NOT NULL,
    state VARCHAR(24) NOT NULL,
    taken_at BIGINT NOT NULL,
    called_at BIGINT,
    done_at BIGINT,
    clerk VARCHAR(64),
    PRIMARY KEY (day, number)
);

CREATE TABLE asked (
    pseudonym VARCHAR(64) NOT NULL,
    case_id VARCHAR(97) NOT NULL,
    act VARCHAR(24) NOT NULL,
    kind VARCHAR(24) NOT NULL,
    clerk VARCHAR(64) NOT NULL,
    asked_at BIGINT NOT NULL,
    second VARCHAR(64),
    PRIMARY KEY (pseudonym, case_id, act, kind),
    FOREIGN KEY(pseudonym, case_id) REFERENCES cases (pseudonym, id)
);

CREATE TABLE sessions (
    pseudonym VARCHAR(64) NOT NULL,
    id VARCHAR(97) NOT NULL,
    reservation VARCHAR(32) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    kiosk VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    nonce VARCHAR(64) NOT NULL,
    host_challenge VARCHAR(32) NOT NULL,
    sealed BYTEA NOT NULL,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    act VARCHAR(16) DEFAULT 'reset' NOT NULL,
    place VARCHAR(16) DEFAULT 'kiosk' NOT NULL,
    PRIMARY KEY (pseudonym, id),
    FOREIGN KEY(pseudonym, reservation) REFERENCES reservations (pseudonym, id)
);

CREATE TABLE sign_ins (
    digest VARCHAR(64) NOT NULL,
    clerk VARCHAR(64) NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (digest),
    FOREIGN KEY(clerk) REFERENCES clerks (id)
);

CREATE TABLE answers (
    pseudonym VARCHAR(64) NOT NULL,
    session VARCHAR(97) NOT NULL,
    step INTEGER NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (pseudonym, session, step),
    FOREIGN KEY(pseudonym, session) REFERENCES sessions (pseudonym, id)
);

CREATE TABLE grants (
    pseudonym VARCHAR(64) NOT NULL,
    session VARCHAR(97) NOT NULL,
    reservation VARCHAR(32) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    reset_number BIGINT NOT NULL,
    intended_at BIGINT NOT NULL,
    outcome VARCHAR(16) NOT NULL,
    PRIMARY KEY (pseudonym, session),
    FOREIGN KEY(pseudonym, session) REFERENCES sessions (pseudonym, id),
    FOREIGN KEY(pseudonym, reservation) REFERENCES reservations (pseudonym, id)
);

CREATE INDEX grants_of_reservation ON grants (pseudonym, reservation);

INSERT INTO schema_versions (version) VALUES (2);
