// Questions one after the other, as a wizard asks them: each counted, each prefilled, with a way back. What was answered before stays.
import * as vscode from 'vscode';

export interface Choice {
  readonly label: string;
  readonly value: string;
}

export type Answers = Record<string, string>;

interface Prompt {
  /** the answer's name */
  readonly key: string;
  readonly words: string;
  /** whether it is asked at all, by the answers so far */
  readonly when?: (answers: Answers) => boolean;
  /** what is proposed, by the answers so far; null: nothing in particular */
  readonly proposed?: (answers: Answers) => string | null;
}

export type Question = Prompt &
  (
    | {
        readonly choices: (answers: Answers) => readonly Choice[];
        /** what stands beside the proposed choice */
        readonly because?: string;
      }
    | { readonly wrong: (text: string) => string | null }
  );

const BACK = Symbol('back');
type Reply = string | typeof BACK | null;

/** What all quick inputs of the wizard have. */
function prepare(
  input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
  title: string,
  step: number,
  of: number,
): void {
  input.title = title;
  input.step = step;
  input.totalSteps = of;
  input.ignoreFocusOut = true;
  input.buttons = step > 1 ? [vscode.QuickInputButtons.Back] : [];
}

function settled<T extends vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox>(
  input: T,
  accept: () => string | undefined,
): Promise<Reply> {
  return new Promise((resolve) => {
    const end = (reply: Reply): void => {
      resolve(reply);
      input.dispose();
    };
    input.onDidAccept(() => {
      const value = accept();
      if (value !== undefined) end(value);
    });
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) end(BACK);
    });
    input.onDidHide(() => end(null));
    input.show();
  });
}

function ask(question: Question, answers: Answers, title: string, step: number, of: number): Promise<Reply> {
  const before = answers[question.key];
  const proposed = question.proposed?.(answers) ?? null;
  if ('choices' in question) {
    const input = vscode.window.createQuickPick<vscode.QuickPickItem & { value: string }>();
    prepare(input, title, step, of);
    input.placeholder = question.words;
    const items = question
      .choices(answers)
      .map((c) => ({ ...c, ...(c.value === proposed && question.because ? { description: question.because } : {}) }));
    input.items = [...items].sort((a, b) => Number(b.value === proposed) - Number(a.value === proposed));
    // Enter takes something at every question: what was answered or proposed, else the first
    const active = input.items.find((i) => i.value === (before ?? proposed)) ?? input.items[0];
    input.activeItems = active ? [active] : [];
    return settled(input, () => input.selectedItems[0]?.value);
  }
  const input = vscode.window.createInputBox();
  prepare(input, title, step, of);
  input.prompt = question.words;
  input.value = before ?? proposed ?? '';
  const judge = (): string | null => question.wrong(input.value);
  input.onDidChangeValue(() => (input.validationMessage = judge() ?? undefined));
  return settled(input, () => {
    const problem = judge();
    input.validationMessage = problem ?? undefined;
    return problem ? undefined : input.value.trim();
  });
}

/** All answers, or null when the wizard was left. */
export async function askAll(title: string, questions: readonly Question[]): Promise<Answers | null> {
  const answers: Answers = {};
  const asked: number[] = [];
  const applies = (q: Question): boolean => q.when?.(answers) ?? true;
  for (let i = 0; i < questions.length; ) {
    const question = questions[i]!;
    if (!applies(question)) {
      i++;
      continue;
    }
    const reply = await ask(question, answers, title, asked.length + 1, questions.filter(applies).length);
    if (reply === null) return null;
    if (reply === BACK) i = asked.pop() ?? 0;
    else {
      answers[question.key] = reply;
      asked.push(i++);
    }
  }
  // what was answered before a way back may not apply any more
  for (const question of questions) if (!applies(question)) delete answers[question.key];
  return answers;
}
